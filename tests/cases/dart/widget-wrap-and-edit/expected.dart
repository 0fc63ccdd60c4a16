Widget build(c) {
  return Center(child: Text('b'));
}
