class A extends StatelessWidget {
  const A({super.key, required this.title});
  final String title;
}
