class A extends StatelessWidget {
<<<<<<< ours
  const A({super.key, this.title});
||||||| base
  const A({this.title});
=======
  const A({required this.title});
>>>>>>> theirs
  final String title;
}
