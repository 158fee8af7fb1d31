// The cues, as tones.
"use strict";

const QUIET_GAIN = 0.316;          // -10 dB
const CUES = {               // [Hz, start ms, length ms]
  tick: [[1000, 0, 30]],
  ok: [[660, 0, 120], [880, 120, 160]],
  error: [[440, 0, 150], [330, 150, 150], [440, 400, 150], [330, 550, 150]],
  attention: [[784, 0, 160], [784, 300, 160], [784, 600, 160]],
  door: [[523, 0, 160], [659, 160, 160], [784, 320, 240]],
};

let sound = null;
let loud = { volume: 3, quiet: false };

// A browser that has not been touched is silent: its sounds would all come at the first touch.
function play(cue) {
  if (!window.AudioContext) return;
  sound ??= new AudioContext();
  if (sound.state !== "running" && !navigator.userActivation.hasBeenActive) return;
  if (sound.state !== "running") sound.resume().catch(() => {});
  const gain = 0.03 * loud.volume * (loud.quiet ? QUIET_GAIN : 1);
  for (const [pitch, start, length] of CUES[cue] ?? []) {
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const from = sound.currentTime + start / 1000;
    tone.connect(new GainNode(sound, { gain })).connect(sound.destination);
    tone.start(from);
    tone.stop(from + length / 1000);
  }
}
