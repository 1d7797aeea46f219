function drawSweep() {}
