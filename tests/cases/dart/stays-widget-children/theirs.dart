final w = Column(children: [
  A(),
  C(),
]);
