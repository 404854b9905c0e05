using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>
/// A store in a temporary folder with manifests made for the test, of files given as text and of programs of this machine with the
/// libraries they load. Checks at its end that no mount and no process is left.
/// </summary>
internal sealed class TestGround : IDisposable
{
    public static readonly string[] Programs =
        ["sh", "cat", "ls", "id", "stat", "sleep", "env", "mkdir", "chmod", "chown", "mv", "ln", "rm", "touch", "readlink", "true", "tr", "test", "mount", "umount", "head", "mknod"];

    private readonly TempFolder _temp = new();
    private readonly MountWatch _watch;
    private readonly Dictionary<Sha256Digest, Manifest> _manifests = [];

    /// <param name="disk">Where the store lies; null: in the temporary folder.</param>
    public TestGround(ViewForm? form = null, LayerKind? layer = null, string? disk = null)
    {
        _watch = MountWatch.Start(_temp.Root);
        Layout = new StoreLayout(disk is null ? _temp.MakeFolder("store root") : Directory.CreateDirectory(Path.Combine(disk, Path.GetFileName(_temp.Root))).FullName);
        File.SetUnixFileMode(Layout.Root, (UnixFileMode)0b111_000_000);
        foreach (var folder in (string[])[Layout.Objects, Layout.Trees, Layout.Copies, Layout.Images, Layout.Locks])
        {
            Directory.CreateDirectory(folder);
        }

        Environments = new EnvironmentStore(Host(form) with { ForcedLayer = layer });
    }

    public StoreLayout Layout { get; }

    public EnvironmentStore Environments { get; }

    public string Temp => _temp.Root;

    public static IEnumerable<TheoryDataRow<ViewForm>> Forms()
    {
        var newest = ViewForms.ForKernel(Environment.OSVersion.Version);
        foreach (var form in Enum.GetValues<ViewForm>())
        {
            var row = new TheoryDataRow<ViewForm>(form);
            yield return form >= newest ? row : row.WithSkip($"this kernel is too old for {form}");
        }
    }

    public EnvironmentHost Host(ViewForm? form = null) => new()
    {
        Layout = Layout,
        MakeLayer = (digest, kind) =>
        {
            var layer = Layout.LayerOf(kind, digest);
            if (Path.Exists(layer))
            {
                return;
            }

            if (kind == LayerKind.Image)
            {
                File.WriteAllBytes(layer, ErofsImage.Write(_manifests[digest], digest));
            }
            else
            {
                var files = kind == LayerKind.Copy ? TreeFiles.WithBytes(Layout) : TreeFiles.ThatRefer(OverlayAttributes.Trusted);
                TreeMaker.Make(_manifests[digest], layer, StoreIds.OfRoot, files, default);
            }
        },
        ReadManifest = digest => _manifests[digest],
        HoldStore = () => FileLock.Acquire(Layout.StoreLock, FileLockMode.Shared, "the store", LockPatience.Silent),
        ForcedForm = form,
        User = "tester",
    };

    /// <summary>An environment of a template version, which is made of the entries and the folders above them.</summary>
    public EnvironmentName Create(string name, string version, params IEnumerable<ManifestEntry> entries)
    {
        var parsed = EnvironmentName.Parse(name);
        Environments.Create(parsed, Version(version, entries));
        return parsed;
    }

    public Mapping Version(string version, params IEnumerable<ManifestEntry> entries)
    {
        var all = new SortedDictionary<TreePath, ManifestEntry>();
        foreach (var entry in entries.Prepend(Folder("/")))
        {
            all[entry.Path] = entry;
            for (var above = entry.Path.Parent; !all.ContainsKey(above); above = above.Parent)
            {
                all[above] = Folder(above.Latin1);
            }
        }

        var manifest = new Manifest([.. all.Values]);
        var digest = Sha256Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', all.Values.Select(e => e.ToString()))));
        _manifests[digest] = manifest;
        return new Mapping($"test@{version}", digest);
    }

    public Manifest ManifestOf(Mapping version) => _manifests[version.Manifest];

    public static ManifestEntry Folder(string path, int mode = 0b111_101_101, uint uid = 0, uint gid = 0) => new()
    {
        Path = TreePath.Parse(path),
        Type = EntryType.Directory,
        Mode = mode,
        Uid = uid,
        Gid = gid,
        Mtime = new FileTime(1_600_000_000, 123_456_789),
    };

    public ManifestEntry Text(string path, string content, int mode = 0b110_100_100) => Bytes(path, Encoding.UTF8.GetBytes(content), mode);

    public ManifestEntry Bytes(string path, byte[] content, int mode = 0b110_100_100)
    {
        var digest = Sha256Digest.Of(content);
        var file = Layout.ObjectOf(digest);
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            File.SetUnixFileMode(file, (UnixFileMode)0b100_100_100);
        }

        return new ManifestEntry { Path = TreePath.Parse(path), Type = EntryType.File, Mode = mode, Uid = 0, Gid = 0, Mtime = new FileTime(1_600_000_001, 5), Size = content.Length, Content = digest };
    }

    /// <summary>A shell, a few tools and their libraries, where this machine has them.</summary>
    public IReadOnlyList<ManifestEntry> Tools(params IEnumerable<string> more)
    {
        var files = new SortedDictionary<string, ManifestEntry>(StringComparer.Ordinal);
        foreach (var tool in Programs.Concat(more))
        {
            var program = ToolRun.Locate(tool) ?? throw new InvalidOperationException($"no {tool} on this machine");
            files["/bin/" + tool] = Bytes("/bin/" + tool, File.ReadAllBytes(program), 0b111_101_101);
            foreach (var word in ToolRun.Run("ldd", program).Output.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] == '/' && File.Exists(word)))
            {
                files[word] = Bytes(word, File.ReadAllBytes(word), 0b111_101_101);
            }
        }

        return [.. files.Values, Folder("/dev"), Folder("/proc"), Folder("/sys"), Folder("/etc"), Folder("/tmp", 0b001_111_111_111)];
    }

    public ExecResult Exec(EnvironmentName name, params ImmutableArray<string> command) => Exec(new ExecRequest { Environment = name, Command = command });

    /// <summary>Runs with its output in files, so that nothing can block.</summary>
    public ExecResult Exec(ExecRequest request, string input = "") => WithInput(input, stdin => ExecOn(request, stdin));

    /// <summary>In a view that is thrown away.</summary>
    public ExecResult Exec(ExecRequest request, ThrowAwayView view) =>
        WithInput("", stdin => WithOutput(stdin, streams => new ThrowAwayExec(Environments).Run(request with { Streams = streams }, view)));

    private ExecResult WithInput(string input, Func<int, ExecResult> run)
    {
        var folder = NewFolder();
        File.WriteAllText(Path.Combine(folder, "in"), input);
        using var stdin = File.OpenHandle(Path.Combine(folder, "in"));
        return run((int)stdin.DangerousGetHandle());
    }

    /// <param name="input">The descriptor that the command reads.</param>
    public ExecResult ExecOn(ExecRequest request, int input) =>
        WithOutput(input, streams => new SandboxExec(Environments).Run(request with { Streams = streams }));

    private ExecResult WithOutput(int input, Func<SandboxStreams, int> run)
    {
        var folder = NewFolder();
        int status;
        using (var stdout = File.OpenHandle(Path.Combine(folder, "out"), FileMode.Create, FileAccess.Write))
        using (var stderr = File.OpenHandle(Path.Combine(folder, "err"), FileMode.Create, FileAccess.Write))
        {
            status = run(new SandboxStreams(input, (int)stdout.DangerousGetHandle(), (int)stderr.DangerousGetHandle()));
        }

        return new ExecResult(status, File.ReadAllText(Path.Combine(folder, "out")), File.ReadAllText(Path.Combine(folder, "err")));
    }

    private string NewFolder() =>
        Directory.CreateDirectory(Path.Combine(Temp, "exec", Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture))).FullName;

    /// <summary>Every object still is what its name says.</summary>
    public void AssertObjectsWhole()
    {
        foreach (var file in Directory.EnumerateFiles(Layout.Objects, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetFileName(Path.GetDirectoryName(file)!) + Path.GetFileName(file);
            Assert.Equal(name, Sha256Digest.Of(File.ReadAllBytes(file)).ToString());
        }
    }

    public void Dispose()
    {
        foreach (var environment in Environments.List())
        {
            Environments.Remove(environment.Name);
        }

        _watch.AssertNothingLeft();
        _temp.Dispose();
    }
}

internal sealed record ExecResult(int Status, string Output, string Error);
