import 'a.dart';
import 'c.dart';

void main() {}
