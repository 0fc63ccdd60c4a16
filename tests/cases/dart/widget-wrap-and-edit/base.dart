Widget build(c) {
  return Text('a');
}
