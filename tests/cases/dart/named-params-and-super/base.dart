class A extends StatelessWidget {
  const A({this.title});
  final String title;
}
