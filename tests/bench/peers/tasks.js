// So many promises, each settled after 1 s and a random part of 1 s, awaited by one allSettled.    tasks.js COUNT

let seed = 1;

function random() {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296;
}

async function nap() {
  await new Promise((resolve) => setTimeout(resolve, 1000 + 1000 * random()));
  return 1;
}

async function main(count) {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, nap));
  console.log(outcomes.reduce((sum, outcome) => sum + outcome.value, 0));
}

main(Number(process.argv[2]));
