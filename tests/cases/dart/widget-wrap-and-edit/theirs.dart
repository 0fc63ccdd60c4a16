Widget build(c) {
  return Text('b');
}
