using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What configuring is about, besides the packages.</summary>
/// <param name="Name">For errors: <c>nginx</c>.</param>
/// <param name="Epoch">SOURCE_DATE_EPOCH, and the time of all that is generated.</param>
/// <param name="Os">The OS's version, on whose configured tree applications are configured; null for an OS.</param>
internal sealed record ConfigureSubject(string Name, string Architecture, long Epoch, TemplateVersionRecord? Os)
{
    /// <summary>Whether scripts may make device nodes.</summary>
    public bool AllowDevices { get; init; }

    public ConfigureLimits Limits { get; init; } = new();
}

/// <summary>
/// Runs the maintainer scripts of a tree's packages once, in a sandbox, and takes what they changed into the tree. The OS's part is never
/// configured again: applications are laid on its configured tree, as dpkg would unpack them there.
/// </summary>
internal sealed class ConfigureTemplate
{
    private readonly Workspace _workspace;
    private readonly ConfigureSubject _subject;
    private readonly ConfigureGround _ground;
    private readonly ComposedLayers _layer;
    private readonly Provenance _below;
    private readonly Provenance _packages;

    private ConfigureTemplate(Workspace workspace, StoreWriter writer, IngestBatch batch, ComposedLayers layer, ConfigureSubject subject, CancellationToken cancel)
    {
        (_workspace, _layer, _subject) = (workspace, layer, subject);
        _below = subject.Os is { } os ? ProvenanceOf(os) : layer.Tree.Provenance;
        _packages = subject.Os is null ? _below : _below.Followed(layer.Tree.Provenance);
        _ground = new ConfigureGround(workspace, writer, batch, subject, new NamedPackages(_packages), cancel);
    }

    /// <exception cref="EzException">Environment: a script failed or took too long; it names package and script, and quotes what they said last.</exception>
    public static ComposedManifest Run(Workspace workspace, StoreWriter writer, IngestBatch batch, ComposedLayers layer, ConfigureSubject subject, CancellationToken cancel)
    {
        var run = new ConfigureTemplate(workspace, writer, batch, layer, subject, cancel);
        return subject.Os is { } os ? run.ConfigureOn(os) : run.ConfigureAlone();
    }

    private FileTime Epoch => new(_subject.Epoch);

    /// <summary>A fresh root: all files first, then the preinsts, which find what they call, then all postinsts.</summary>
    private ComposedManifest ConfigureAlone()
    {
        var edit = new TreeEdit(_layer.Tree);
        foreach (var folder in DpkgDatabase.Folders.Where(folder => edit.Find(folder) is null))
        {
            edit.MakeParents(folder.Append("x"), Epoch);
        }

        _ground.Put(edit, DpkgDatabase.Foundation(_subject.Architecture), Epoch);
        AddToDatabase(edit);
        var preinsts = DpkgSteps.Preinsts(_layer.Packages, _subject.Epoch);
        _ground.Run(edit, [.. preinsts, DpkgSteps.Configure(_subject.Epoch)], DpkgSteps.Members(_layer.Packages));
        return Finish(edit);
    }

    /// <summary>On a system that works: preinsts before the files appear, since they divert and move what is there.</summary>
    private ComposedManifest ConfigureOn(TemplateVersionRecord os)
    {
        var edit = new TreeEdit(new ComposedManifest(_workspace.Store.Versions.ReadManifest(os.Manifest), _below));
        var preinsts = DpkgSteps.Preinsts(_layer.Packages, _subject.Epoch);
        if (!preinsts.IsEmpty)
        {
            _ground.Run(edit, preinsts, DpkgSteps.Members(_layer.Packages));
        }

        var diverted = DivertedPaths.Read(_ground.TextOf(edit, DpkgDatabase.Diversions) ?? "", edit.Settle);
        new LaidLayer(_layer, edit, ControlsOf(os), diverted, OwnersIn(edit)).Lay(Epoch);
        AddToDatabase(edit);
        _ground.Run(edit, [DpkgSteps.Configure(_subject.Epoch)], []);
        return Finish(edit);
    }

    /// <summary>As the preinsts have left them: they may have made users, and overrides.</summary>
    private LaidOwners OwnersIn(TreeEdit edit)
    {
        var (users, groups) = (new AccountTable(_ground.TextOf(edit, AccountTable.Passwd)), new AccountTable(_ground.TextOf(edit, AccountTable.Group)));
        return new LaidOwners(_layer, users, groups, StatOverrides.Read(_ground.TextOf(edit, DpkgDatabase.StatOverrides) ?? "", users, groups, edit.Settle));
    }

    private void AddToDatabase(TreeEdit edit)
    {
        var unpacked = _layer.Packages.Select(package => package.ToUnpacked(_workspace.Store)).ToList();
        _ground.Put(edit, DpkgDatabase.Unpack(unpacked, path => _ground.TextOf(edit, path)), Epoch);
    }

    private ComposedManifest Finish(TreeEdit edit)
    {
        AptStates.Put(_ground, edit, _layer.Packages, _subject);
        return edit.Finish(_packages);
    }

    private Provenance ProvenanceOf(TemplateVersionRecord os)
    {
        var path = _workspace.Store.Layout.VersionProvenanceOf(os.Reference.Template, os.Reference.Version);
        return ProvenanceText.Read(StoreFile.Read(path), path);
    }

    /// <summary>In the order in which the provenance numbers them; read where one is asked for.</summary>
    private List<Lazy<DebControl>> ControlsOf(TemplateVersionRecord os)
    {
        var rows = _workspace.Store.Versions.ReadLock(os.Reference).Packages.ToDictionary(row => (row.Name, row.Architecture));
        return
        [
            .. _below.Packages.Select(package => new Lazy<DebControl>(() =>
            {
                var row = rows[(package.Name, package.Architecture)];
                return StoredControl.Read(_workspace.Store, CompositionSolving.ContentsOf(_workspace.Store, row), row.ToString());
            })),
        ];
    }
}
