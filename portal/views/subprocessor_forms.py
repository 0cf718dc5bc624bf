"""The forms about a new sub-processor: who it is, and a reason or an answer."""

from wtforms import Form, SelectField, StringField, TextAreaField

from portal.cases.agreements import objecting
from portal.cases.fields import DayField, Radios
from portal.parties.spelling import clean, clean_lines
from portal.wording import mark


class AnnounceForm(Form):
    """Who the sub-processor is and from which day: the columns of the annex."""

    product = SelectField(mark("Product"), choices=[])
    name = StringField(mark("Naam"), filters=[clean])
    task = StringField(mark("Taak"), filters=[clean])
    data = TextAreaField(mark("Gegevens"), filters=[clean_lines], render_kw={"rows": 3, "maxlength": 2000})
    country = StringField(mark("Land"), filters=[clean])
    in_eea = Radios(mark("Binnen de EER?"), choices=[])
    basis = StringField(mark("Grond voor doorgifte"), filters=[clean])
    effective = DayField(mark("Eerste dag"), required=True, earliest=None)


class WordsForm(Form):
    """A reason, or an answer."""

    words = TextAreaField(
        mark("Toelichting"), filters=[clean_lines], render_kw={"rows": 4, "maxlength": objecting.LONGEST}
    )
