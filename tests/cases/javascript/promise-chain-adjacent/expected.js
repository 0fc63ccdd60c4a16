load()
  .then(parse2)
  .catch(die);
