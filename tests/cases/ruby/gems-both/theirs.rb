source 'x'
gem 'a'
gem 'c'
