"""The features of the model, apart from what computes them: export.py needs no more than this."""
DIM = 24
MFCC_CONF = f"""--sample-frequency=8000
--num-mel-bins={DIM}
--num-ceps={DIM}
--low-freq=60
--high-freq=3700
--use-energy=false
--dither=0
"""
