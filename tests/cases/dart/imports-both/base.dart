import 'a.dart';

void f() {}
