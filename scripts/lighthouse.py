"""`python -m scripts.lighthouse`: what Lighthouse says of the pages that people see most, on a demonstration.

Wants Node and npm: Lighthouse itself is fetched once into build/lighthouse. Each page is measured as a desktop and as a
phone on a slow line. Prints one line a page, then the whole as one JSON object; fails below 95 in anything.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from sceau.demo.cast import MARC
from scripts import demo_stage

VERSION = "12.8.2"
WANTED = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
FOLDER = Path("build/lighthouse")
CHROMIUM = "/usr/bin/chromium"


def main() -> int:
    program = _program()
    with demo_stage.running() as port:
        places = _places(port)
        scores = {
            f"{name} {form}": _scores(program, f"{demo_stage.address(MARC, port)}{path}", cookie, form)
            for name, (path, cookie) in places.items()
            for form in ("desktop", "phone")
        }
    for name, values in scores.items():
        print(f"{name:18}", *(f"{category} {values[category]:3}" for category in CATEGORIES), values["lcp"])
    print(json.dumps(scores))
    return int(any(int(values[category]) < WANTED for values in scores.values() for category in CATEGORIES))


def _program() -> str:
    program = FOLDER / "node_modules/.bin/lighthouse"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("wants Node and npm")
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), f"lighthouse@{VERSION}"]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return str(program.resolve())


def _places(port: int) -> dict[str, tuple[str, str]]:
    """Where Marc looks, with his cookies: an opened letter, a new one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(locale="fr")
        page = demo_stage.sign_in(context, MARC, port)
        page.goto(f"{demo_stage.address(MARC, port)}/recues")
        letter = page.locator(".rows a[href*='/enveloppes/']").last.get_attribute("href")
        page.goto(f"{demo_stage.address(MARC, port)}/rediger")
        composer = page.url.removeprefix(demo_stage.address(MARC, port))
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in context.cookies(page.url))
        browser.close()
    assert letter
    signed_in = {"list": "/recues", "letter": letter, "composer": composer}
    return {"login": ("/connexion", ""), **{name: (path, cookie) for name, path in signed_in.items()}}


def _scores(program: str, url: str, cookie: str, form: str) -> dict[str, Any]:
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu"]
    command = [
        *(program, url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"),
        *(f"--extra-headers={json.dumps({'Cookie': cookie})}", f"--chrome-flags={' '.join(flags)}"),
        *(["--preset=desktop"] if form == "desktop" else []),
    ]
    report = _report(command)
    if any(report["categories"][name]["score"] is None for name in CATEGORIES):  # an audit of its own broke down
        report = _report(command)
    assert report["finalDisplayedUrl"] == url, "that is another page"
    failed = [
        audit["id"]
        for category in CATEGORIES
        for ref in report["categories"][category]["auditRefs"]
        if ref["weight"] and (audit := report["audits"][ref["id"]])["score"] not in (None, 1)
    ]
    scores = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    return {**scores, "lcp": report["audits"]["largest-contentful-paint"]["displayValue"], "below 1": failed}


def _report(command: list[str]) -> Any:  # what Lighthouse writes
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, "CHROME_PATH": CHROMIUM})
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
