namespace EzTemplates.Formats;

/// <summary>
/// The names under which a rich dependency stands in rpm's indexes (rpm's lib/rpmdb.c, updateRichDep): each that it speaks of, and one
/// with <c>!</c> before it whose absence counts, since the dependency may break when it comes.
/// </summary>
internal sealed class RichDependencyKeys
{
    // Deeper than any that means something; each level costs stack.
    private const int MostDepth = 1000;

    private readonly string _text;
    private readonly SortedSet<(bool Absent, string Name)> _names = [];
    private int _at;
    private int _depth;

    private RichDependencyKeys(string text) => _text = text;

    /// <param name="text">In parentheses, bytes as chars. What rpm would not read is in no package; of such a text the names that can be told are given.</param>
    public static IEnumerable<string> Of(string text)
    {
        var reader = new RichDependencyKeys(text);
        reader.Group(absent: false);
        return reader._names.Select(name => (name.Absent ? "!" : "") + name.Name);
    }

    /// <returns>What stands in it, for who has to turn it round. Each once: every level may double what stands below it.</returns>
    private HashSet<(bool Absent, string Name)> Group(bool absent)
    {
        var all = new HashSet<(bool, string)>();
        HashSet<(bool Absent, string Name)> last = [];
        _at = ++_depth > MostDepth ? _text.Length : _at + 1;
        for (SkipSpace(); _at < _text.Length && _text[_at] != ')'; SkipSpace())
        {
            last = _text[_at] == '(' ? Group(absent) : [Simple(absent)];
            all.UnionWith(last);
            SkipSpace();
            switch (_at < _text.Length && _text[_at] != ')' ? Word() : "")
            {
                case "if" or "unless":
                    absent = !absent;
                    break;
                case "else":
                    var turned = last.Select(name => (!name.Absent, name.Name)).ToList();
                    _names.UnionWith(turned);
                    all.UnionWith(turned);
                    absent = !absent;
                    break;
            }
        }

        _at++;
        _depth--;
        return all;
    }

    /// <summary>A name, and a version that does not matter here.</summary>
    private (bool Absent, string Name) Simple(bool absent)
    {
        var name = (absent, Word());
        SkipSpace();
        if (_at < _text.Length && _text[_at] is ('<' or '>' or '='))
        {
            Word();
            SkipSpace();
            Word();
        }

        _names.Add(name);
        return name;
    }

    /// <summary>To a space, or a parenthesis that closes none of its own: <c>lib.so.1()(64bit)</c>.</summary>
    private string Word()
    {
        var (start, open) = (_at, 0);
        for (; _at < _text.Length && _text[_at] != ' '; _at++)
        {
            open += _text[_at] == '(' ? 1 : _text[_at] == ')' ? -1 : 0;
            if (open < 0)
            {
                break;
            }
        }

        return _text[start.._at];
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }
}
