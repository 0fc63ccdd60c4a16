p
  .then(a)
  .then(b)
  .catch(e);
