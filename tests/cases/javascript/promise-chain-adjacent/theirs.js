load()
  .then(parse)
  .catch(die);
