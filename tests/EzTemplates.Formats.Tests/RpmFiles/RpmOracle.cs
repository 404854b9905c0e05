using System.Text;
using EzTemplates.Testing;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>What rpm itself makes of package files, with few processes for many of them. All text is Latin-1.</summary>
internal static class RpmOracle
{
    private const string Fields = "%{FILENAMES}\\t%{FILEMODES:octal}\\t%{FILEUSERNAME}\\t%{FILEGROUPNAME}\\t%{FILEMTIMES}\\t%{LONGFILESIZES}\\t%{FILEFLAGS}"
        + "\\t%{FILECOLORS}\\t%{FILELANGS}\\t%{FILECAPS}\\t%{FILELINKTOS}\\t%{FILERDEVS}\\t%{FILEDIGESTS}";

    /// <summary>rpm2archive makes a tar archive with librpm's own reader. A name of a file that has several is as good as any other: content tells.</summary>
    private const string Script = """
        import sys, tarfile, hashlib, subprocess, resource
        # librpm looks at every descriptor that may be open: with a limit of a million that is all it does.
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        def digest(file):
            whole = hashlib.sha256()
            while part := file.read(1 << 20):
                whole.update(part)
            return whole.hexdigest()
        for name in sys.stdin.buffer.read().split(b'\0')[:-1]:
            print('\t')
            with open(name, 'rb') as f:
                run = subprocess.Popen(['rpm2archive', '-n', '-'], stdin=f, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            contents = {}
            try:
                tar = tarfile.open(fileobj=run.stdout, mode='r|', encoding='utf-8', errors='surrogateescape')
                for m in tar:
                    path = '/' + '/'.join(p for p in m.name.split('/') if p not in ('', '.'))
                    what = '-'
                    if m.isreg(): what = contents[path] = digest(tar.extractfile(m))
                    elif m.islnk(): what = contents[path] = contents['/' + '/'.join(p for p in m.linkname.split('/') if p not in ('', '.'))]
                    elif m.issym(): what = m.linkname.encode('utf-8', 'surrogateescape').hex()
                    kind = 'f' if m.islnk() else {b'0':'f', b'2':'l', b'3':'c', b'4':'b', b'5':'d', b'6':'p'}[m.type]
                    print(path.encode('utf-8', 'surrogateescape').hex(), kind, what)
            except tarfile.ReadError:
                pass
            run.stdout.close()
            run.wait()
        """;

    /// <summary>The files all of whose digests hold, as rpmkeys says; of others rpm makes nothing, or should not.</summary>
    public static HashSet<string> Sound(IReadOnlyList<string> files)
    {
        var lines = files.Chunk(100).SelectMany(chunk => Encoding.Latin1.GetString(
            ToolRun.Run(new ToolCommand("rpmkeys", ["--checksig", "--nosignature", .. chunk]) { Environment = Plain }).Stdout).Split('\n'));
        return [.. lines.Where(line => line.EndsWith(": digests OK", StringComparison.Ordinal)).Select(line => line[(line.LastIndexOf(":/", line.Length - 13, StringComparison.Ordinal) + 1)..^12])];
    }

    /// <summary>For each file NEVRA, and the fields of a line a path; rpm answers in the order of its arguments.</summary>
    public static List<(string Nevra, List<string[]> Paths)> Query(IReadOnlyList<string> files)
    {
        var rows = new List<(string, List<string[]>)>();
        foreach (var chunk in files.Chunk(100))
        {
            string[] arguments = ["-qp", "--nosignature", "--nodigest", "--qf", $"\\t%{{NEVRA}}\\n[{Fields}\\n]", .. chunk];
            var run = ToolRun.Run(new ToolCommand("rpm", arguments) { Environment = Plain }).Succeed();
            foreach (var line in Encoding.Latin1.GetString(run.Stdout).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line[0] == '\t')
                {
                    rows.Add((line[1..], []));
                }
                else if (line[0] != '(')
                {
                    rows[^1].Item2.Add(line.Split('\t'));
                }
            }
        }

        return rows;
    }

    /// <summary>For each file a line a path of what its payload unpacks to, sorted: path and target hexadecimal, type, content.</summary>
    public static List<List<string>> Unpack(IReadOnlyList<string> files)
    {
        var run = ToolRun.Run(new ToolCommand("python3", "-c", Script) { Stdin = Encoding.UTF8.GetBytes(string.Concat(files.Select(file => file + "\0"))), Timeout = TimeSpan.FromMinutes(40) });
        var all = new List<List<string>>();
        foreach (var line in run.Succeed().Lines)
        {
            if (line == "\t")
            {
                all.Add([]);
            }
            else
            {
                all[^1].Add(line);
            }
        }

        all.ForEach(lines => lines.Sort(StringComparer.Ordinal));
        return all;
    }

    /// <summary>Its messages are read, so they must not be translated.</summary>
    private static Dictionary<string, string?> Plain => new(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8" };
}
