import A from 'a';
