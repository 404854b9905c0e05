using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What a view has besides the tree while scripts run in it.</summary>
/// <param name="Binds">Of the host.</param>
/// <param name="Change">Changes the tree that scripts see.</param>
internal sealed record ShownMeanwhile(ImmutableArray<BindMount> Binds, Action<TreeEdit> Change)
{
    public static ShownMeanwhile Nothing { get; } = new([], _ => { });
}

/// <summary>Brings trees into the sandbox and what scripts changed back into them; all bytes go through one batch of the store.</summary>
/// <param name="packages">As the tree's provenance numbers them in the end.</param>
internal sealed class ConfigureGround(Workspace workspace, StoreWriter writer, IngestBatch batch, ConfigureSubject subject, NamedPackages packages, CancellationToken cancel)
{
    private const int Executable = 0b111_101_101;
    private const int Readable = 0b110_100_100;

    // invoke-rc.d(8), policy-rc.d: nothing is started where nothing runs. Names are for scripts that ask for the host's (postfix).
    private static readonly (string Path, int Mode, string Text)[] OfSandbox =
    [
        ("/usr/sbin/policy-rc.d", Executable, "#!/bin/sh\nexit 101\n"),
        ("/etc/hostname", Readable, "localhost\n"),
        ("/etc/hosts", Readable, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
    ];

    private readonly List<Sha256Digest> _unkept = [];
    private readonly ScriptOutput _output = new(writer, subject.Name);

    /// <summary>A text of the tree, bytes as chars; null where it has no such file.</summary>
    public string? TextOf(TreeEdit tree, TreePath path) =>
        tree.Find(path) is { Content: not null } entry ? TextOf(entry) : null;

    /// <summary>A file's text, bytes as chars.</summary>
    public string TextOf(ManifestEntry file) => Encoding.Latin1.GetString(workspace.Store.Objects.Read(file.Content!.Value));

    /// <summary>A file with another text; its bytes come into the store with those that are put into a tree or captured next, or by <see cref="KeepTexts"/>.</summary>
    public ManifestEntry WithText(ManifestEntry file, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        using var stream = new MemoryStream(bytes, writable: false);
        var content = batch.Put(stream, bytes.Length);
        _unkept.Add(content);
        return file with { Size = bytes.Length, Content = content };
    }

    /// <summary>All texts of <see cref="WithText"/> are in the store when this returns.</summary>
    public void KeepTexts() => Keep([]);

    /// <summary>Puts files into a tree; their bytes are in the store when this returns.</summary>
    /// <param name="written">The time of those that no package has.</param>
    public void Put(TreeEdit tree, IEnumerable<DatabaseFile> files, FileTime written)
    {
        var objects = new List<Sha256Digest>();
        foreach (var file in files.ToList())
        {
            var entry = Entry(file, written);
            objects.Add(entry.Content!.Value);
            tree.MakeParents(file.Path, written);
            tree.Put(entry, tree.PackageOf(file.Path));
        }

        Keep(objects);
    }

    /// <summary>Runs the steps in a view of the tree, and changes the tree as they did.</summary>
    /// <param name="meanwhile">What else is in the view while they run.</param>
    public void Run(TreeEdit tree, ScriptIds ids, ImmutableArray<ConfigureStep> steps, IEnumerable<DatabaseFile> meanwhile, ShownMeanwhile? more = null)
    {
        var epoch = new FileTime(subject.Epoch);
        var seen = new TreeEdit(tree.Finish());
        var numbers = new CapturedIds(this, tree, ids);
        numbers.Tell(seen);
        (more ?? ShownMeanwhile.Nothing).Change(seen);

        // Where links on their way lead: /usr/sbin may be one (Fedora 42).
        var ofSandbox = OfSandbox.Select(file => new DatabaseFile.Written(seen.Settle(TreePath.Parse(file.Path)), Encoding.ASCII.GetBytes(file.Text), file.Mode)).ToList();
        Put(seen, ofSandbox.Concat(meanwhile).Concat(numbers.Pools), epoch);
        var manifest = seen.Finish().Manifest;
        var shown = new ConfigureTree(
            workspace.Store.Ids.Shown(manifest),
            kind => Path.GetRelativePath(workspace.Store.Layout.Root, writer.MakePassingLayer(manifest, kind)),
            writer.MakePassingFolder())
        {
            Binds = (more ?? ShownMeanwhile.Nothing).Binds,
        };
        using var sandbox = ConfigureSandbox.Begin(workspace.Environments, shown, subject.Limits);
        RunAll(sandbox, steps);
        var captured = sandbox.Capture(batch.Put, cancel);
        Keep(captured.OfType<CapturedPath.Changed>().Select(change => change.Entry.Content).OfType<Sha256Digest>().Append(Empty()));
        captured = numbers.Settle(captured);
        KeepTexts();
        new CapturedChanges(subject, sandbox.Started, stamp => packages.Find(sandbox.PackageAt(stamp))).Apply(tree, captured.Where(change => !ofSandbox.Exists(file => file.Path == change.Path)));
    }

    /// <summary>What the scripts say is told also where one of them fails: then most of all.</summary>
    private void RunAll(ConfigureSandbox sandbox, ImmutableArray<ConfigureStep> steps)
    {
        ConfigureFailure? failure = null;
        for (var i = 0; i < steps.Length && failure is null; i++)
        {
            failure = sandbox.Run(steps[i], cancel);
        }

        _output.Add(sandbox.CopyOutput);
        var said = sandbox.Output.ToList();
        foreach (var line in said)
        {
            workspace.Tell(new OperationEvent.Said(line));
        }

        if (failure is not null)
        {
            throw ConfigureFailures.Of(subject, failure, _output.TryKeep());
        }

        foreach (var tolerated in RpmFailedScript.Tolerated(said).Distinct())
        {
            workspace.Tell(new OperationEvent.Warning($"the {tolerated.Script} of `{tolerated.Package}` failed, which rpm only warns of: ez build {subject.Name} -v shows what it said"));
        }
    }

    /// <summary>Each time waits for the disk, so that many files at a time are better than one.</summary>
    private void Keep(IEnumerable<Sha256Digest> objects)
    {
        var all = objects.Concat(_unkept).ToList();
        if (all.Count > 0)
        {
            batch.Keep(all);
        }

        _unkept.Clear();
    }

    /// <summary>The packages of rpm's database, which a tree has as a file.</summary>
    public ImmutableArray<RpmDatabaseRow> RpmDatabaseOf(ManifestEntry file) => RpmDatabaseFile.Read(workspace.Store.Objects.Read(file.Content!.Value));

    private Sha256Digest Empty() => batch.Put(Stream.Null, 0);

    private ManifestEntry Entry(DatabaseFile file, FileTime written)
    {
        var entry = new ManifestEntry { Path = file.Path, Type = EntryType.File, Mode = file.Mode, Uid = 0, Gid = 0, Mtime = written };
        switch (file)
        {
            case DatabaseFile.Member member:
                return entry with { Mtime = member.Content.Mtime, Size = member.Content.Size, Content = member.Content.Content };
            case DatabaseFile.Written text:
                using (var content = new MemoryStream(text.Content, writable: false))
                {
                    return entry with { Size = text.Content.Length, Content = batch.Put(content, text.Content.Length) };
                }

            default:
                throw new InvalidOperationException("a file of the database is a member or is written");
        }
    }
}
