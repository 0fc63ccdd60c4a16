load()
  .then(parse)
  .catch(fail);
