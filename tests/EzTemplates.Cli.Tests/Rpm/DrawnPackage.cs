using System.Text;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>One package of <see cref="DrawnRpms"/>: the sections of its spec, and the commands that lay its files.</summary>
internal sealed class DrawnPackage
{
    /// <summary>A file has at most one of each row.</summary>
    private static readonly string[][] Flags =
    [
        ["%config", "%config(noreplace)", "%config(missingok)"],
        ["%doc", "%license", "%readme"],
        ["%ghost", "%artifact", "%missingok"],
        ["%verify(not md5 size mtime)", "%verify(owner group)"],
        ["%lang(de)"],
    ];

    private static readonly string[] Modes = ["0644", "0644", "0755", "0600", "0444", "0000", "4755", "2755", "6711", "1644"];

    private static readonly string[] Capabilities = ["cap_net_raw=ep", "cap_net_bind_service,cap_chown=eip", "cap_sys_admin=p"];

    private readonly Random _random;
    private readonly string _name;
    private readonly bool _makesUser;
    private readonly StringBuilder _head = new();
    private readonly StringBuilder _scripts = new();
    private readonly StringBuilder _files = new();
    private readonly StringBuilder _install = new();
    private readonly StringBuilder _times = new();
    private readonly List<string> _own = [];

    public DrawnPackage(Random random, DrawnPlaces places, IReadOnlyList<string> names, int number)
    {
        (_random, _name) = (random, names[number]);
        _makesUser = Draw.Once(random, 3);
        DrawHead(number);
        DrawDependencies(names, number);
        DrawFiles(places, number);
        _scripts.Append(new DrawnScripts(random, new DrawnSubject(_name, _own, _makesUser ? UserOf(_name) : null), names).Text);
    }

    public string Text => $"{_head}%description -n {_name}\nd\n{_scripts}%files -n {_name}\n{_files}\n";

    public string Install => _install.ToString();

    public string Times => _times.ToString();

    private static string UserOf(string name) => "user" + name[^2..];

    private void DrawHead(int number)
    {
        _head.Append($"%package -n {_name}\nSummary: drawn\nVersion: {Draw.From(_random, "1", "1.0~rc1", "1.0^git2", "20.3.a")}\nRelease: {Draw.From(_random, "1", "2.el9", "0.1")}\n");
        _head.Append(Draw.Once(_random, 4) ? $"Epoch: {1 + _random.Next(3)}\n" : "");
        _head.Append(Draw.Once(_random, 3) ? "BuildArch: noarch\n" : "");
        _head.Append(Draw.Once(_random, 2) ? "Group: Drawn/Things\n" : "");
        _head.Append(Draw.Once(_random, 3) ? $"URL: http://127.0.0.1/{number}\n" : "");
        _head.Append(Draw.Once(_random, 6) ? "Prefix: /opt/drawn\n" : "");
    }

    private void DrawDependencies(IReadOnlyList<string> names, int number)
    {
        string Earlier() => names[_random.Next(number)];
        for (var left = number == 0 ? 0 : _random.Next(4); left > 0; left--)
        {
            _head.Append(_random.Next(9) switch
            {
                0 => $"Requires(pre): {Earlier()}\n",
                1 => $"Requires({Draw.From(_random, "post", "pre,post")}): {Earlier()}\n",
                2 => $"Requires: ({Earlier()} or {Earlier()})\n",
                3 => $"Requires: ({Earlier()} if {Earlier()})\n",
                4 => $"Requires: ({Earlier()} and {Earlier()})\n",
                5 => $"Requires: {Earlier()} >= 0\n",
                6 => $"Requires: capability({Earlier()}) = 1:2-3\n",
                7 => "Requires: /usr/bin/busybox\n",
                _ => $"Requires: {Earlier()}\n",
            });
        }

        var others = names.Where(name => name != _name).ToArray();
        _head.Append($"Provides: capability({_name}) = 1:2-3\n");
        _head.Append(Draw.Once(_random, 6) && number + 1 < names.Count ? $"Requires: {names[number + 1]}\n" : "");
        _head.Append(Draw.Once(_random, 4) ? $"Recommends: ({Draw.From(_random, others)} and {Draw.From(_random, others)})\n" : "");
        _head.Append(Draw.Once(_random, 4) ? $"Suggests: {Draw.From(_random, others)} > 1\n" : "");
        _head.Append(Draw.Once(_random, 4) ? $"Supplements: ({Draw.From(_random, others)} or absent)\n" : "");
        _head.Append(Draw.Once(_random, 4) ? $"Enhances: {Draw.From(_random, others)}\n" : "");
        _head.Append(Draw.Once(_random, 4) ? $"Conflicts: ({Draw.From(_random, others)} with absent)\n" : "");
        _head.Append(Draw.Once(_random, 4) ? $"Obsoletes: absent-{number} < 3\n" : "");
    }

    /// <summary>No named pipes: rpm 4.18 opens what it has made to set its times, and waits there for a writer.</summary>
    private void DrawFiles(DrawnPlaces places, int number)
    {
        for (var left = _random.Next(9); left > 0; left--)
        {
            var path = $"{DrawnPlaces.Folder(_random)}/{_name} {left}{Draw.From(_random, "", ".conf", " ä", "~")}";
            switch (_random.Next(8))
            {
                case 0:
                    Shared(places.FolderEntry(_random));
                    break;
                case 1:
                    Shared(places.SharedEntry(_random));
                    break;
                case 2:
                    Lay(path, $"ln -s '{Draw.From(_random, "/usr/bin/busybox", "no where", ".", "../lib")}' '.{path}'", "");
                    break;
                case 3:
                    Linked(path);
                    break;
                case 4:
                    Lay(path, $"mkdir '.{path}'", $"%dir %attr({Draw.From(_random, "0755", "1777", "2750", "0000")},{Owner()}) ");
                    break;
                default:
                    Lay(path, Content(path), Attributes() + (Draw.Once(_random, 6) ? $"%caps({Draw.From(_random, Capabilities)}) " : ""));
                    _own.Add(path);
                    break;
            }
        }

        if (Draw.Once(_random, 2))
        {
            Lay($"/usr/bin/tool{number}", $"printf '#!/bin/sh\\necho tool\\n' >./usr/bin/tool{number}; chmod 755 ./usr/bin/tool{number}", "");
        }
    }

    private void Shared(string entry) => _ = _files.ToString().Contains(entry, StringComparison.Ordinal) ? _files : _files.Append(entry + "\n");

    /// <summary>Names of one file in several folders, of which a flag may keep some from being laid.</summary>
    private void Linked(string path)
    {
        var attributes = Attributes();
        Lay(path, Content(path), attributes);
        for (var names = 1 + _random.Next(2); names > 0; names--)
        {
            var other = $"{DrawnPlaces.Folder(_random)}/{_name} {Path.GetFileName(path)} again{names}";
            Lay(other, $"ln '.{path}' '.{other}'", attributes);
        }
    }

    private string Content(string path)
    {
        var (first, size) = (_random.Next(1000), Draw.From(_random, 0, 1, 100, 5000, 70_000));
        return $"seq {first} {first + size} 2>/dev/null | head -c {size} >'.{path}'";
    }

    private void Lay(string path, string command, string attributes)
    {
        _install.Append(command + "\n");
        _times.Append($"touch --no-dereference --date=@{1_000_000_000 + _random.Next(600_000_000)} '.{path}'\n");
        var flags = string.Concat(Flags.Where(_ => Draw.Once(_random, 6)).Select(row => Draw.From(_random, row) + " "));
        _files.Append($"{flags}{attributes}\"{path}\"\n");
    }

    private string Attributes() => Draw.Once(_random, 3) ? "" : $"%attr({Draw.From(_random, Modes)},{Owner()}) ";

    private string Owner() => _makesUser && Draw.Once(_random, 2)
        ? $"{UserOf(_name)},{Draw.From(_random, UserOf(_name), "root", "known")}"
        : Draw.From(_random, "root,root", "root,root", "known,known", "root,known", "stranger,root", "root,stranger");
}
