import 'a.dart';

void main() {}
