import java.io.FileInputStream;
import java.io.InputStream;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Judges PDF files with veraPDF: "Conformance 3a,ua1 FILE..." prints one line for each file and flavour,
 * tab-separated: file, flavour, "ok" or "no", and the rules it breaks.
 */
public class Conformance {
  public static void main(String[] arguments) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    VeraGreenfieldFoundryProvider.initialise();
    for (int at = 1; at < arguments.length; at++) {
      for (String name : arguments[0].split(",")) {
        System.out.println(arguments[at] + "\t" + name + "\t" + verdict(arguments[at], PDFAFlavour.byFlavourId(name)));
      }
    }
  }

  private static String verdict(String file, PDFAFlavour flavour) {
    try (InputStream stream = new FileInputStream(file);
        PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      ValidationResult result = validator.validate(parser);
      TreeSet<String> broken = new TreeSet<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          broken.add(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber()
              + " " + assertion.getMessage().replaceAll("\\s+", " "));
        }
      }
      return (result.isCompliant() ? "ok" : "no") + "\t" + String.join("; ", broken);
    } catch (Exception fault) {
      return "no\t" + fault;
    }
  }
}
