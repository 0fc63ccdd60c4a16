struct S;

impl A for S {}

impl B for S {}

impl C for S {}
