struct S;

impl A for S {}

impl C for S {}
