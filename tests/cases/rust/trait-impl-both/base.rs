struct S;

impl A for S {}
