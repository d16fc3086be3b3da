#!/usr/bin/env python3
"""Drives `c360 repl` in a real terminal (tmux) by keys, as a person would: `make test-terminal`.

usage: drive.py BINARY [ROWS]
Each step sends keys and waits until the screen shows what it must; the first that does not ends the run.
"""
import os, random, shutil, signal, subprocess, sys, tempfile, time

if not shutil.which("tmux"):
    sys.exit("tmux is missing (apt-get install tmux)")
binary = os.path.abspath(sys.argv[1])
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000_000
folder = tempfile.mkdtemp(prefix="c360-terminal-")
session = f"c360-{os.getpid()}"
socket = os.path.join(folder, "tmux")


def tmux(*words, text=None):
    return subprocess.run(["tmux", "-S", socket, *words], check=True, capture_output=True, text=True, input=text).stdout


def keys(*names):
    tmux("send-keys", "-t", session, *names)


def type(text):
    tmux("send-keys", "-t", session, "-l", text)


def paste(text):
    tmux("load-buffer", "-", text=text)
    tmux("paste-buffer", "-p", "-t", session)


def screen(history=200):
    return tmux("capture-pane", "-p", "-t", session, "-S", f"-{history}")


def lines():
    return [line.rstrip() for line in screen().split("\n") if line.strip()]


def until(condition, seconds=60):
    """Whether a condition comes true in time."""
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def wait(what, condition, seconds=60):
    if until(condition, seconds):
        print(f"ok    {what}", flush=True)
        return
    print(f"FAIL  {what}\n--- the screen\n{screen()}", flush=True)
    keys("C-d")
    tmux("kill-session", "-t", session)
    sys.exit(1)


def at_prompt(prompt="c360>"):
    found = lines()
    return bool(found) and found[-1] == prompt


def say(text, expect, seconds=60):
    """Types a line, waits for an answer and the next prompt."""
    tmux("clear-history", "-t", session)
    keys("C-l")
    time.sleep(0.2)
    type(text)
    keys("Enter")
    wait(f"{text[:50]} -> {expect[:40]}", lambda: expect in screen() and at_prompt(), seconds)


script = """edition 2026
entity customer
events orders of customer from "orders.csv" {
  customer_id: int        @key
  ordered_at:  time       @time
  amount:      money(EUR)
  category:    text
  observed through @2026-02-28
}
actions offers from "offers.csv" {
  offer_id: text       @key
  cost:     money(EUR)
  margin:   money(EUR)
  none "no_contact"
}
exposure today of customer at @2026-03-01
"""
policy = """feature recency = at - last(orders.ordered_at)
mask contact for offers {
  forbid active when (recency ?? 9999d) < 14d because "leave recent buyers alone"
}
objective value for offers {
  maximize margin = sigmoid(-0.01 * days(recency ?? 365d)) * offers.margn - offers.cost weight 1
}
policy first for offers at today {
  mask      contact
  objective value
  choose    softmax(temperature: 0.2)
  fallback  "no_contact"
}"""


def data():
    random.seed(1)
    with open(os.path.join(folder, "shop.c360"), "w") as file:
        file.write(script)
    with open(os.path.join(folder, "offers.csv"), "w") as file:
        file.write("offer_id,cost,margin\nmail,0.85,6.5\ncoupon,0.05,4\n")
    with open(os.path.join(folder, "orders.csv"), "w") as file:
        file.write("customer_id,ordered_at,amount,category\n")
        categories = ["books", "music", "games"]
        for row in range(rows):
            customer = row * 31 % 200_000
            # Every other customer has not bought for a month, so that the mask leaves some their offers.
            day = row * 7919 % (59 if customer % 2 else 31)
            file.write(
                f"{customer},2026-0{1 + day // 31}-{1 + day % 31 if day < 31 else day - 30:02}"
                f"T{row % 24:02}:00:00Z,{row % 97}.5,{categories[row % 3]}\n")


def drive():
    environment = f"HOME={folder} XDG_STATE_HOME={folder}/state XDG_CONFIG_HOME={folder} LANG=C.UTF-8 EDITOR=true TERM=screen-256color"
    tmux("-f", "/dev/null", "new-session", "-d", "-s", session, "-x", "120", "-y", "50",
         f"cd {folder} && env -u LC_ALL -u INPUTRC {environment} {binary} repl shop.c360; echo LEFT $?; sleep 60")
    wait("prompt", at_prompt)
    say(":pager off", "c360>")
    # A pasted policy is one block; its mistake is told with its line.
    paste(policy)
    wait("pasted block stands on the screen", lambda: 'fallback  "no_contact"' in screen())
    keys("Enter")
    wait("the mistake is told at its place", lambda: "offers.margn" in screen() and "error[" in screen() and at_prompt())
    # It comes back whole, and is mended in place: seven lines up from the last.
    keys("Up")
    wait("the block comes back whole", lambda: not at_prompt() and lines()[-1] == "}")
    for _ in range(7):
        keys("Up")
    keys("End")
    # Behind `offers.margn` stands ` - offers.cost weight 1`.
    for _ in range(len("n - offers.cost weight 1")):
        keys("Left")
    type("i")
    keys("Enter")
    wait("the mended policy is taken in", lambda: "policy first" in screen() and at_prompt())
    # What comes back from the editor stands as if it had been typed.
    say("1 + 1", "\n2\n")
    say(":edit", "c360> 1 + 1\n2\n")
    # A column by Tab.
    type("orders | where am")
    keys("Tab")
    wait("Tab completes a column", lambda: lines()[-1].endswith("orders | where amount"))
    type(" > 95 EUR | group cat")
    keys("Tab")
    wait("Tab again", lambda: lines()[-1].endswith("group category"))
    type(" { n = count() }")
    # Cancelled, the session stays; then run.
    # A fast machine may answer first; then once more.
    for _ in range(10):
        keys("Enter")
        time.sleep(0.1)
        keys("C-c")
        until(at_prompt)
        if "cancelled" in screen():
            break
        keys("Up")
        until(lambda: not at_prompt())
    wait("Ctrl-C stops the query", lambda: "cancelled" in screen() and at_prompt())
    keys("Up")
    time.sleep(0.3)
    keys("Enter")
    wait("run again it answers", lambda: "3 rows" in screen() and at_prompt(), 300)
    say(":time on", "c360>")
    say("_ | sort -n | take 1", "1 row", 300)
    say("why first for customer 31", "first for customer 31", 300)
    # Ctrl-C clears the line, Ctrl-D leaves.
    type("orders | whatever")
    keys("C-c")
    wait("Ctrl-C clears the line", at_prompt)
    say("show first | group action { n = count(); p = sum(propensity) }", "3 rows", 300)
    cells = [line.replace("│", " ").split() for line in lines() if line.startswith("│")]
    shown = [row for row in cells if row[0] in ("mail", "coupon", "no_contact")]
    say(":plot bars action n", "no_contact")
    say(":save saved.c360", "wrote saved.c360")
    keys("C-d")
    wait("Ctrl-D leaves", lambda: "LEFT 0" in screen())
    tmux("kill-session", "-t", session)
    ran = subprocess.run([binary, "run", "-q", "saved.c360"], cwd=folder, capture_output=True, text=True)
    same = shown and all(any(row == line.split() for line in ran.stdout.split("\n")) for row in shown)
    print(("ok    " if same else "FAIL  ") + "the saved script runs to the same result")
    if not same:
        sys.exit(f"{shown}\n{ran.stdout}{ran.stderr}")
    # The next session remembers, the block as a block.
    entries = open(os.path.join(folder, "state", "c360", "history")).read().split("\n")
    whole = any("policy first" in entry and "mask contact" in entry for entry in entries)
    print(("ok    " if whole else "FAIL  ") + "the history keeps the policy as one entry")
    if not whole:
        sys.exit(1)


# Stopped from outside it leaves no terminal behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
try:
    data()
    drive()
finally:
    subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
