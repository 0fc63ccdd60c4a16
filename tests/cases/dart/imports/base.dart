import 'a.dart';

class X {}
