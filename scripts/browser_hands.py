"""Hands on a page: presses of the mouse and of keys, as a person gives them, not calls of scripts.

What is pressed is named by CSS (a role, an attribute that its meaning needs) and by the text that
it shows: never by a class, which the web UI names anew in each release.
"""

import json

from scripts.browser_pages import Page

_FOUND = """((css, text) => {
  const all = [...document.querySelectorAll(css)].filter(one =>
    one.offsetParent !== null && !one.disabled
    && (!text || (one.innerText || '').trim() === text));
  if (!all.length) return null;
  all.at(-1).scrollIntoView({block: 'center'});
  const box = all.at(-1).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})(%s, %s)"""
_CONTROL = 2
_KEYS = {"Escape": 27, "Enter": 13}


def press(page: Page, css: str, text: str = "", *, rest: bool = True) -> None:
    """Press the last element of `css` that is seen, not disabled, and shows exactly `text`.

    With `rest` it is waited until the page has come to rest after it.

    Raises
    ------
    TimeoutError
        If there is none after a minute.
    """
    script = _FOUND % (json.dumps(css), json.dumps(text))
    named = f"{css} {text!r}" if text else css
    page.until(lambda: page.run(script) is not None, f"have {named} to press")
    page.rest()  # What opens moves until it has come to rest
    page.until(lambda: page.run(script) is not None, f"keep {named} to press")
    x, y = page.run(script)
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        page.call(
            "Input.dispatchMouseEvent",
            type=kind,
            x=x,
            y=y,
            button="none" if kind == "mouseMoved" else "left",
            clickCount=1,
        )
    if rest:
        page.rest()


def write(page: Page, css: str, text: str) -> None:
    """Write into a field, or an editor, in place of what stands there."""
    press(page, css)
    key = {"key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65, "modifiers": _CONTROL}
    page.call("Input.dispatchKeyEvent", type="rawKeyDown", commands=["selectAll"], **key)
    page.call("Input.dispatchKeyEvent", type="keyUp", **key)
    page.call("Input.insertText", text=text)
    page.rest()


def key(page: Page, name: str) -> None:
    """Press one key: Escape or Enter."""
    for kind in ("rawKeyDown", "keyUp"):
        page.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key=name,
            code=name,
            windowsVirtualKeyCode=_KEYS[name],
        )
    page.rest()
