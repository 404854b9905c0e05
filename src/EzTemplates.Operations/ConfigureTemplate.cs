using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What configuring is about, besides the packages.</summary>
/// <param name="Name">For errors: <c>nginx</c>.</param>
/// <param name="Epoch">SOURCE_DATE_EPOCH, and the time of all that is generated.</param>
/// <param name="Rules">The lock's number of configure rules; 0 = no script runs.</param>
/// <param name="Os">The OS's version, on whose configured tree applications are configured; null for an OS.</param>
/// <param name="Settings">What the recipes of this layer say: the OS's alone, or those of the applications, by name.</param>
internal sealed record ConfigureSubject(string Name, string Architecture, long Epoch, int Rules, TemplateVersionRecord? Os, ImmutableArray<TemplateSettings> Settings)
{
    /// <summary>Of all packages, the OS's too.</summary>
    public PackageFamily Family { get; init; } = PackageFamily.Deb;

    public bool IsConfigured => Rules > 0;

    /// <summary>Whether scripts may make device nodes: an application may where its OS may.</summary>
    public bool AllowDevices => Settings.Any(settings => settings.AllowDevices) || Os?.Settings.AllowDevices == true;

    /// <summary>Those that the tree does not have yet: where nothing is configured, an application's tree is composed with its OS's.</summary>
    public IEnumerable<TemplateSettings> LaidSettings => Os is not null && !IsConfigured ? Settings.Prepend(Os.Settings) : Settings;

    /// <summary>Instance data beyond the common table.</summary>
    public IEnumerable<InstancePath> InstanceData => Settings.SelectMany(settings => settings.InstanceData).Concat(Os?.Settings.InstanceData ?? []);

    /// <summary>Where the numbers of users and groups come from.</summary>
    public required IdSource Ids { get; init; }

    public required ConfigureLimits Limits { get; init; }
}

/// <param name="Ids">The users and groups that scripts made, as a lock has them.</param>
internal sealed record ConfiguredTree(ComposedManifest Tree, ImmutableArray<LockedId> Ids);

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
    private ScriptIds _ids = null!;

    private ConfigureTemplate(Workspace workspace, StoreWriter writer, IngestBatch batch, ComposedLayers layer, ConfigureSubject subject, CancellationToken cancel)
    {
        (_workspace, _layer, _subject) = (workspace, layer, subject);
        _below = subject.Os is { } os ? workspace.Store.Versions.ReadProvenance(os.Reference) : layer.Tree.Provenance;
        _packages = subject.Os is null ? _below : _below.Followed(layer.Tree.Provenance);
        _ground = new ConfigureGround(workspace, writer, batch, subject, new NamedPackages(_packages), cancel);
    }

    /// <exception cref="EzException">Environment: a script failed or took too long; it names package and script, and quotes what they said last.</exception>
    public static ConfiguredTree Run(Workspace workspace, StoreWriter writer, IngestBatch batch, ComposedLayers layer, ConfigureSubject subject, CancellationToken cancel) =>
        new ConfigureTemplate(workspace, writer, batch, layer, subject, cancel).Run();

    private ConfiguredTree Run() => ScriptRuns.UntilSettled(_subject, (ids, _) =>
    {
        _ids = ids;
        return new ScriptRun(_subject.Os is { } os ? ConfigureOn(os) : ConfigureAlone(), IsSettled: true);
    });

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
        RecipeFiles.Put(_ground, edit, _subject);
        AddToDatabase(edit);
        var answers = DebconfAnswers.For(_workspace, edit, _subject, _layer.Packages);
        ImmutableArray<ConfigureStep> first = [.. answers.Steps, .. DpkgSteps.Preinsts(_layer.Packages, _subject.Epoch)];
        IEnumerable<DatabaseFile> files = [.. answers.Files, .. DpkgSteps.Members(_layer.Packages)];
        if (_layer.Tree.Contested.IsEmpty)
        {
            _ground.Run(edit, _ids, [.. first, DpkgSteps.Configure(_subject.Epoch)], files);
            return Finish(edit);
        }

        _ground.Run(edit, _ids, first, files);
        new ContestedFiles(_layer, edit, DivertedIn(edit)).Lay(0, Epoch, (file, _) => file.Entry);
        _ground.Run(edit, _ids, [DpkgSteps.Configure(_subject.Epoch)], []);
        return Finish(edit);
    }

    /// <summary>On a system that works: preinsts before the files appear, since they divert and move what is there.</summary>
    private ComposedManifest ConfigureOn(TemplateVersionRecord os)
    {
        var edit = new TreeEdit(new ComposedManifest(_workspace.Store.Versions.ReadManifest(os.Manifest), _below));
        var (steps, files) = DebconfAnswers.For(_workspace, edit, _subject, _layer.Packages);
        var layer = new LaidLayer(_layer, edit, ControlsOf(os));
        foreach (var wave in UnpackWaves.Of(_layer.Packages))
        {
            ImmutableArray<StoredPackage> packages = [.. wave.Select(i => _layer.Packages[i])];
            RunFirst([.. steps, .. DpkgSteps.Preinsts(packages, _subject.Epoch)], [.. files, .. DpkgSteps.Members(packages)]);
            layer.Lay(wave, RulesIn(edit), Epoch);
            (steps, files) = ([], []);
        }

        layer.LayRest(RulesIn(edit), Epoch);
        RecipeFiles.Put(_ground, edit, _subject);
        AddToDatabase(edit);
        _ground.Run(edit, _ids, [DpkgSteps.Configure(_subject.Epoch)], []);
        return Finish(edit);

        void RunFirst(ImmutableArray<ConfigureStep> commands, IEnumerable<DatabaseFile> meanwhile)
        {
            if (!commands.IsEmpty)
            {
                _ground.Run(edit, _ids, commands, meanwhile);
            }
        }
    }

    private DivertedPaths DivertedIn(TreeEdit edit) => DivertedPaths.Read(_ground.TextOf(edit, DpkgDatabase.Diversions) ?? "", edit.Settle);

    /// <summary>As the preinsts have left them: they may have made users, and overrides.</summary>
    private LayingRules RulesIn(TreeEdit edit)
    {
        var (users, groups) = (new AccountTable(_ground.TextOf(edit, AccountTable.Passwd)), new AccountTable(_ground.TextOf(edit, AccountTable.Group)));
        return new LayingRules(DivertedIn(edit), new LaidOwners(_layer, users, groups, StatOverrides.Read(_ground.TextOf(edit, DpkgDatabase.StatOverrides) ?? "", users, groups, edit.Settle)));
    }

    private void AddToDatabase(TreeEdit edit)
    {
        var unpacked = _layer.Packages.Select(package => package.ToUnpacked(_workspace.Store)).ToList();
        _ground.Put(edit, DpkgDatabase.Unpack(unpacked, path => _ground.TextOf(edit, path)), Epoch);
    }

    private ComposedManifest Finish(TreeEdit edit)
    {
        // Scripts may have changed them; hooks see them as they are to be, and may.
        RecipeFiles.Put(_ground, edit, _subject);
        var hooks = _subject.Settings.SelectMany(settings => settings.AfterConfigure).Select(command => DpkgSteps.Hook(command, _subject.Epoch)).ToImmutableArray();
        if (!hooks.IsEmpty)
        {
            _ground.Run(edit, _ids, hooks, []);
        }

        AptStates.Put(_ground, edit, _layer.Packages, _subject);
        return edit.Finish(_packages);
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
