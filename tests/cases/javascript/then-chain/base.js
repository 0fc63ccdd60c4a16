p
  .then(a)
  .catch(e);
