@Component({
  selector: 'a',
})
class A {}
