final w = Column(children: [
  A(),
  B(),
]);
