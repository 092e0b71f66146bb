"""Flows the tests of this folder start from."""

VERIFY = """\
flow: verify_identity
title: Who is calling
queue: front_desk
start: ask_birth

slots:
  date_of_birth: {type: date_of_birth}
  zip: {type: zip}

states:
  ask_birth:
    ask: date_of_birth
    prompt: What is your date of birth?
    next: ask_zip
  ask_zip:
    ask: zip
    prompt: What is your ZIP code?
    on: {gave_up: failed}
    next: verify
  verify:
    do: identity.verify
    with: {date_of_birth: "{date_of_birth}", zip: "{zip}"}
    on: {verified: verified, failed: failed}
  verified: {return: verified}
  failed: {return: failed}
"""

REFILL = """\
flow: refill_status
title: Prescription refill status
queue: pharmacy
start: known

slots:
  rx_number: {type: digits, length: 7, phi: medical}
  more: {type: yes_no}

states:
  known:
    next:
      - {when: patient, to: ask_number}
      - {to: verify}
  verify:
    call: verify_identity
    on: {verified: ask_number, failed: person}
  ask_number:
    ask: rx_number
    prompt: Please say or key in your seven digit prescription number.
    help: It is on the label of the bottle, top left, after the letters R X.
    no_input: [I didn't hear you. What is your number?, Please key in the seven digits.]
    next: look_up
  look_up:
    do: refills.status
    with: {patient: "{patient}", rx_number: "{rx_number}"}
    filler: One moment while I look that up.
    on: {ready: ready, in_progress: in_progress, not_found: person}
  ready:
    say: "Your {drug} is ready at {pharmacy}."
    next: more
  in_progress:
    say: Your {drug} is being made up.
    next: more
  more:
    ask: more
    prompt: Is there another one?
    on: {yes: ask_number, no: bye}
  bye: {end: Goodbye.}
  person:
    handoff: pharmacy
    say: Let me get someone who can help.
    reason: asked about a refill
"""

MENU = """\
flow: main_menu
title: Main menu
queue: front_desk
start: welcome

states:
  welcome:
    say: Welcome to the clinic.
    next: menu
  menu:
    prompt: Would you like refills, or our hours?
    choices:
      refills: {says: [refill, my prescription], key: 1, next: refills}
      hours: {says: [hours, opening hours], key: 2, next: look_up_hours}
  refills:
    call: refill_status
    on: {}
  look_up_hours:
    do: hours.today
    on: {told: hours, unavailable: message}
  hours:
    say: Today we are open {hours}.
    next: menu
  message:
    record: message
    prompt: Please leave a message.
    limit: 90s
    next: bye
    on: {empty: person}
  bye: {end: Thank you. Goodbye.}
  person: {handoff: front_desk}
"""

BOOK = {"main_menu.yaml": MENU, "refill_status.yaml": REFILL, "verify_identity.yaml": VERIFY}
