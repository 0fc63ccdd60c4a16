load()
  .then(parse2)
  .catch(fail);
