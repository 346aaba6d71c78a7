one
${x
