p
  .then(a)
  .then(c)
  .catch(e);
