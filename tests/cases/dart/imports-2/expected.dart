import 'a.dart';
import 'b.dart';
import 'c.dart';

void main() {}
