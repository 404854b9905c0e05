using System.Globalization;
using System.Text;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>Scriptlets and triggers of a drawn package. Each says that it ran in a file of its package's own, and in one of all.</summary>
internal sealed class DrawnScripts
{
    private readonly Random _random;
    private readonly string _name;
    private readonly IReadOnlyList<string> _own;
    private readonly StringBuilder _text = new();

    /// <param name="names">Of all packages, which triggers may wait for.</param>
    public DrawnScripts(Random random, DrawnSubject subject, IReadOnlyList<string> names)
    {
        (_random, _name, _own) = (random, subject.Name, subject.Own);
        Before(subject.User);
        foreach (var kind in (string[])["post", "posttrans", "preun", "postun"])
        {
            if (Draw.Once(random, 3))
            {
                Script($"%{kind}", kind == "post" ? Change() : "");
            }
        }

        foreach (var kind in (string[])["triggerprein", "triggerin", "triggerun", "triggerpostun"])
        {
            if (Draw.Once(random, 4))
            {
                Script($"%{kind}", "", $"{Draw.From(random, [.. names])}{Draw.From(random, "", "", " > 0", " < 0")}{(Draw.Once(random, 3) ? ", base" : "")}");
            }
        }

        foreach (var kind in (string[])["filetriggerin", "transfiletriggerin", "filetriggerun", "transfiletriggerun", "transfiletriggerpostun"])
        {
            if (Draw.Once(random, 5))
            {
                FileTrigger(kind);
            }
        }

        _text.Append(Draw.Once(random, 6) ? $"%verifyscript -n {_name}\necho verified {_name} >&2; {Draw.From(random, "exit 0", "exit 1")}\n" : "");
    }

    public string Text => _text.ToString();

    private void Before(string? user)
    {
        if (Draw.Once(_random, 6))
        {
            // Nothing is there yet in which a shell could run.
            _text.Append($"%pretrans -n {_name} -p <lua>\nfor _, d in ipairs({{'/var', '/var/lib', '{DrawnRpms.Log}'}}) do posix.mkdir(d) end\n{Lua("pretrans")}");
        }

        if (user is not null)
        {
            // An own one for each: a system's users have other numbers than their scripts pick by the time that an application picks the same.
            var number = 700 + (6 * int.Parse(_name.AsSpan(_name.Length - 2), CultureInfo.InvariantCulture)) + _random.Next(6);
            _text.Append($"%pre -n {_name}\necho '{user}:x:{number}:{number}::/:/bin/false' >>/etc/passwd; echo '{user}:x:{number}:' >>/etc/group\n{Shell("pre")}");
        }
        else if (Draw.Once(_random, 3))
        {
            Script("%pre", "");
        }
    }

    /// <summary>What a script does to its own package's files, or makes.</summary>
    private string Change()
    {
        var file = _own.Count > 0 ? _own[_random.Next(_own.Count)] : null;
        return _random.Next(6) switch
        {
            0 when file is not null => $"test ! -f '{file}' || echo changed >>'{file}'\n",
            1 when file is not null => $"test ! -f '{file}' || chmod 0604 '{file}'\n",
            2 when file is not null => $"rm -f '{file}'\n",
            3 when file is not null => $"test ! -f '{file}' || chown known '{file}'\n",
            4 => $"mkdir -p '/srv/made by {_name}'; ln -s nowhere '/srv/made by {_name}/link'; echo made >'/srv/made by {_name}/file'\n",
            _ => Draw.Once(_random, 4) ? "exit 3\n" : "",
        };
    }

    private void Script(string kind, string more, string? on = null)
    {
        var isLua = more.Length == 0 && Draw.Once(_random, 3);
        _text.Append($"{kind} -n {_name}{(isLua ? " -p <lua>" : "")}{(on is null ? "" : " -- " + on)}\n{(isLua ? Lua(kind[1..]) : Shell(kind[1..]))}{more}");
    }

    private void FileTrigger(string kind)
    {
        var priority = Draw.Once(_random, 3) ? $" -P {Draw.From(_random, 100, 2_000_000)}" : "";
        var isLua = Draw.Once(_random, 3);
        _text.Append($"%{kind} -n {_name}{(isLua ? " -p <lua>" : "")}{priority} -- {Draw.From(_random, "/opt/drawn", "/usr/bin", "/etc", "/usr/lib /usr/share", "/srv/with")}\n");
        _text.Append(isLua
            ? $"local f = io.open('{DrawnRpms.Log}/{_name}', 'a'); local n = rpm.next_file()\nwhile n do f:write('{kind} ' .. n .. '\\n'); n = rpm.next_file() end\nf:close()\n{Lua(kind)}"
            : $"sed 's/^/{kind} /' >>'{DrawnRpms.Log}/{_name}'\n{Shell(kind)}");
    }

    private string Shell(string kind) => $"echo \"{kind} $1 $2 $#\" >>'{DrawnRpms.Log}/{_name}'; echo '{_name} {kind}' >>{DrawnRpms.Log}/order\n";

    private string Lua(string kind) =>
        $"local f = io.open('{DrawnRpms.Log}/{_name}', 'a'); f:write('{kind} ', tostring(arg[2]), ' ', tostring(arg[3]), '\\n'); f:close()\nf = io.open('{DrawnRpms.Log}/order', 'a'); f:write('{_name} {kind}\\n'); f:close()\n";
}

/// <summary>Whose scripts they are.</summary>
/// <param name="Own">Plain files of the package.</param>
/// <param name="User">Whom its %pre makes, or null.</param>
internal sealed record DrawnSubject(string Name, IReadOnlyList<string> Own, string? User);
