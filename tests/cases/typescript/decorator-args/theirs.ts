@Component({
  selector: 'a',
  template: '',
})
class A {}
