using System.Collections.Concurrent;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Formats.Locks;
using EzTemplates.Store;
using EzTemplates.Testing;
using NuGet.Versioning;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>Real rpm packages from a spec, a store, and builds of locks that name them; beside it what rpm itself makes of the same packages.</summary>
internal sealed class RpmGround : IDisposable
{
    public const long Epoch = 1_700_000_000;

    /// <summary>As <see cref="RpmSpec.Base"/>.</summary>
    public const string Base = RpmSpec.Base;

    // Each spec is built once: the same one serves many tests.
    private static readonly ConcurrentDictionary<string, Lazy<Dictionary<string, byte[]>>> Built = new(StringComparer.Ordinal);

    private readonly TempFolder _temp = new();
    private int _builds;

    public RpmGround(LibrpmChoice librpm = LibrpmChoice.HostsFirst)
    {
        Requires.Overlay();
        Requires.Tool("rpm");
        Requires.Tool("rpmbuild");
        Requires.Tool("busybox");
        Work = new Workspace(new WorkspaceOptions { StoreRoot = _temp.At("ez"), Offline = true, Librpm = librpm, HostRoot = _temp.MakeFolder("host") }, Told.Add, TimeProvider.System);
    }

    public Workspace Work { get; }

    public List<OperationEvent> Told { get; } = [];

    public string At(string name) => _temp.At(name);

    public void Dispose()
    {
        Work.Dispose();
        _temp.Dispose();
    }

    /// <summary>Builds a spec's packages.</summary>
    /// <param name="packages">Sections of a spec: packages, scriptlets, files.</param>
    /// <param name="install">Shell commands that lay files below <c>%{buildroot}</c>, beside those of <see cref="Base"/>.</param>
    /// <returns>The files, by the names of packages.</returns>
    public Dictionary<string, string> Build(string packages, string install = "", params string[] options) => Build(new RpmSpec(packages, install) { Options = options });

    public Dictionary<string, string> Build(RpmSpec spec)
    {
        var folder = _temp.MakeFolder("packages" + ++_builds);
        var built = Built.GetOrAdd(string.Join('\0', [spec.Packages, spec.Install, spec.Times, .. spec.Options]), _ => new Lazy<Dictionary<string, byte[]>>(spec.Build)).Value;
        foreach (var (name, bytes) in built)
        {
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
        }

        return built.Keys.ToDictionary(name => NameOf(Path.Combine(folder, name)), name => Path.Combine(folder, name));
    }

    /// <summary>Builds a version from package files, which the store finds as if they had been fetched.</summary>
    public Task<BuildSummary> Make(string template, IEnumerable<string> files, string recipe = "", TemplateVersionRecord? on = null, string trust = "trust: unsigned", int number = 0) =>
        BuildTemplate.RunAsync(Work, Lock(template, files, (recipe, trust, number), on), TestContext.Current.CancellationToken);

    /// <summary>Writes a file beside the recipes.</summary>
    public string Write(string name, ReadOnlySpan<byte> bytes) => _temp.WriteFile("recipes/" + name, bytes);

    /// <summary>A version's tree.</summary>
    public Manifest TreeOf(string template) => Work.Store.Versions.ReadManifest(VersionOf(template).Manifest);

    public TemplateVersionRecord VersionOf(string template) => Work.Store.Versions.Find(new TemplateReference(template, new NuGetVersion(1, 0, 0)))!;

    public string TextOf(Manifest tree, string path) =>
        System.Text.Encoding.Latin1.GetString(Work.Store.Objects.Read(tree.Find(TreePath.Parse(path))!.Content!.Value));

    /// <summary>What rpm makes of the packages in an empty root.</summary>
    public ToolRun InstallReal(string root, IEnumerable<string> files, params string[] options)
    {
        _temp.MakeFolder(root);
        return Rpm(root, ["-i", "--nodeps", "--nosignature", .. options, .. files]);
    }

    /// <summary>As <see cref="InstallReal"/>, with what scripts of real packages want: /proc, devices, and no network.</summary>
    public void InstallInside(string root, IEnumerable<string> files)
    {
        const string prepare = """
            root=$1; shift; mkdir -p $root/dev $root/proc $root/sys
            mount -t tmpfs tmpfs $root/dev; for d in null zero full random urandom tty; do touch $root/dev/$d; mount --bind /dev/$d $root/dev/$d; done
            mount -t proc proc $root/proc
            exec rpm --root $root --dbpath /var/lib/rpm -i --nodeps --nosignature "$@"
            """;
        var folder = _temp.MakeFolder(root);
        ToolRun.Run(new ToolCommand("unshare", ["--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "sh", "-c", prepare, "sh", folder, .. files])
        {
            Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["SOURCE_DATE_EPOCH"] = Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            Timeout = TimeSpan.FromMinutes(10),
        }).Succeed();
    }

    /// <summary>Makes a version's tree as files, with owners and times.</summary>
    public void Lay(Manifest tree, string root)
    {
        const string script = """
            import os, sys
            for line in sys.stdin:
                kind, mode, uid, gid, mtime, path, what = line.rstrip('\n').split('\t')
                if kind == 'd': os.makedirs(path, exist_ok=True)
                elif kind == 'l': os.symlink(what, path)
                elif kind == 'h': os.link(what, path); continue
                else: open(path, 'wb').write(open(what, 'rb').read())
                os.lchown(path, int(uid), int(gid))
                if kind != 'l': os.chmod(path, int(mode))
                os.utime(path, (int(mtime), int(mtime)), follow_symlinks=False)
            """;
        var folder = _temp.MakeFolder(root);
        var lines = tree.Entries.Select(entry => string.Join('\t', (char)entry.Type, entry.Mode, entry.Uid, entry.Gid, entry.Mtime.Seconds, folder + entry.Path.Latin1, entry.Type switch
        {
            EntryType.File => Work.Store.Layout.ObjectOf(entry.Content!.Value),
            EntryType.HardLink => folder + entry.Target,
            _ => entry.Target,
        }) + "\n");
        ToolRun.Run(new ToolCommand("python3", "-c", script) { Stdin = System.Text.Encoding.Latin1.GetBytes(string.Concat(lines)) }).Succeed();
    }

    public ToolRun Rpm(string root, string[] arguments) => ToolRun.Run(new ToolCommand("rpm", ["--root", _temp.At(root), "--dbpath", "/var/lib/rpm", .. arguments])
    {
        Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8" },
    });

    private LockedRecipe Lock(string template, IEnumerable<string> files, (string Recipe, string Trust, int Number) more, TemplateVersionRecord? on)
    {
        var below = on is null ? null : new LockedBase(on.Reference.Template, on.Reference.Version, on.Lock);
        var path = _temp.WriteFile($"recipes/{template}.yaml", $"""
            format: 1
            name: {template}
            kind: {(on is null ? "os" : "app")}
            version: "1.0"
            {(on is null ? "family: rpm\narchitecture: x86_64\nrepositories: [{id: r, mirrors: [\"http://127.0.0.1:9\"], " + more.Trust + "}]" : $"base: {on.Reference.Template}@[1.0,2.0)")}
            packages: [base]
            {more.Recipe}

            """);
        var file = RecipeFile.Load(path);
        var held = new TemplateLock
        {
            Template = template,
            Family = PackageFamily.Rpm,
            Architecture = "x86_64",
            Version = new NuGetVersion(1, 0, more.Number),
            Recipe = file.Recipe.Digest,
            Base = below,
            Snapshots = [],
            Epoch = Epoch,
            Rules = file.Recipe.Configure == ConfigureMode.None ? 0 : LockMaking.ConfigureRules(PackageFamily.Rpm),
            Packages = [.. files.Select(Row).OrderBy(row => row.Name, StringComparer.Ordinal)],
        };
        File.WriteAllBytes(file.LockPath, LockText.Write(held));
        var os = on is null ? null : new LockedRecipe(file.Base!, Work.Store.Versions.ReadLock(on.Reference), null, Changed: false, null);
        return new LockedRecipe(file, held, null, Changed: false, os);
    }

    private LockedPackage Row(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var digest = Sha256Digest.Of(bytes);
        var headers = Read(file);
        File.WriteAllBytes(Work.Store.Layout.ArchiveOf(digest), bytes);
        return new LockedPackage(headers.Main.Text(RpmField.PackageName)!, headers.VersionText, headers.Main.Text(RpmField.Architecture)!, "r", "Packages/" + Path.GetFileName(file), bytes.Length, digest, "root");
    }

    private static string NameOf(string file) => Read(file).Main.Text(RpmField.PackageName)!;

    private static RpmHeaders Read(string file)
    {
        using var stream = File.OpenRead(file);
        return RpmHeaders.Read(stream, Path.GetFileName(file));
    }
}
