"""Opens a page in Chromium, does the steps on standard input and prints what was seen, as JSON."""

import json
import sys
import time

from playwright.sync_api import sync_playwright


def do(page, step):
    (kind, given), = step.items()
    started = time.monotonic()
    value = None
    if kind == "js":
        value = page.evaluate(given)
    elif kind == "fill":
        page.fill(*given)
    elif kind == "select":
        page.select_option(*given)
    elif kind == "click":
        page.locator(given).first.click()
    elif kind == "press":
        page.keyboard.press(given)
    elif kind == "media":
        page.emulate_media(media=given)
    elif kind == "screenshot":
        page.screenshot(path=given)
    elif kind == "until":
        # Not wait_for_function: it evaluates text, which the page's policy forbids.
        while not page.evaluate(given):
            if time.monotonic() - started > 60:
                raise TimeoutError(given)
            time.sleep(0.01)
        value = round((time.monotonic() - started) * 1000)
    else:
        raise ValueError(kind)
    return value


def main():
    task = json.load(sys.stdin)
    seen = {"console": [], "requests": [], "dialogs": [], "values": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=task["browser"], args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(
            viewport={"width": task["width"], "height": 900},
            color_scheme=task["scheme"],
            java_script_enabled=task["scripts"],
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda message: seen["console"].append(message.text))
        page.on("pageerror", lambda error: seen["console"].append(str(error)))
        page.on("request", lambda request: seen["requests"].append(request.url))
        page.on("dialog", lambda dialog: (seen["dialogs"].append(dialog.message), dialog.dismiss()))
        started = time.monotonic()
        page.goto(task["url"], wait_until="load")
        seen["loaded"] = round((time.monotonic() - started) * 1000)
        for step in task["steps"]:
            seen["values"].append(do(page, step))
        browser.close()
    json.dump(seen, sys.stdout)


main()
