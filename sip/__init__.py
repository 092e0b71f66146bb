"""The SIP edge: pjsua2 calls presented as `ivr.ports.AudioLeg`."""
