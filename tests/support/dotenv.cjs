// What dotenv, and with it dotenv-expand, makes of a text. Each line of standard input is
// {"text": base64, "expand": boolean}; each line of standard output is {KEY: value}.
const dotenv = require('dotenv')
const { expand } = require('dotenv-expand')

require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const asked = JSON.parse(line)
  let parsed = dotenv.parse(Buffer.from(asked.text, 'base64'))
  if (asked.expand) parsed = expand({ parsed, processEnv: {} }).parsed
  console.log(JSON.stringify(parsed))
})
