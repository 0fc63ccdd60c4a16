class A extends StatelessWidget {
  const A({super.key, this.title});
  final String title;
}
