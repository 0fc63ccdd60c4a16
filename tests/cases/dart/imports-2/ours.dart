import 'a.dart';
import 'b.dart';

void main() {}
