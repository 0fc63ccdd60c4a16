class A extends StatelessWidget {
  const A({required this.title});
  final String title;
}
