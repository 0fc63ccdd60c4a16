source 'x'
gem 'a'
