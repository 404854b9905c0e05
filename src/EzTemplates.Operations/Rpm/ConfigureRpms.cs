using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// Runs the scriptlets of a tree's rpm packages once, in a sandbox, and takes what they changed into the tree. All files are laid first, then
/// librpm runs one transaction over them. Applications are laid on their OS's configured tree, and only their packages are in the transaction.
/// </summary>
internal sealed class ConfigureRpms
{
    private readonly Workspace _workspace;
    private readonly StoreWriter _writer;
    private readonly ConfigureSubject _subject;
    private readonly ConfigureGround _ground;
    private readonly ComposedRpms _layer;
    private readonly Manifest? _osTree;
    private readonly Provenance _below;
    private readonly Provenance _packages;
    private ImmutableArray<LockedId> _seen = [];
    private ScriptIds _ids = null!;
    private bool _hasMetOwners;
    private IReadOnlyList<string> _warnings = [];

    private ConfigureRpms(Workspace workspace, StoreWriter writer, IngestBatch batch, ComposedRpms layer, ConfigureSubject subject, CancellationToken cancel)
    {
        (_workspace, _writer, _layer, _subject) = (workspace, writer, layer, subject);
        _osTree = subject.Os is { } system ? workspace.Store.Versions.ReadManifest(system.Manifest) : null;
        _below = subject.Os is { } os ? workspace.Store.Versions.ReadProvenance(os.Reference) : layer.Tree.Provenance;
        _packages = subject.Os is null ? _below : _below.Followed(layer.Tree.Provenance);
        _ground = new ConfigureGround(workspace, writer, batch, subject, new NamedPackages(_packages), cancel);
    }

    /// <exception cref="EzException">Environment: a script failed or took too long; it names package and script, and quotes what they said last.</exception>
    public static ConfiguredTree Run(Workspace workspace, StoreWriter writer, IngestBatch batch, ComposedRpms layer, ConfigureSubject subject, CancellationToken cancel) =>
        new ConfigureRpms(workspace, writer, batch, layer, subject, cancel).Run();

    private FileTime Epoch => new(_subject.Epoch);

    private ConfiguredTree Run()
    {
        var configured = ScriptRuns.UntilSettled(_subject, (ids, before) =>
        {
            (_ids, _seen, _hasMetOwners) = (ids, before?.Seen ?? [], false);
            var tree = Configure();
            return new ScriptRun(tree, IsSettled: !_hasMetOwners);
        });
        foreach (var warning in _warnings)
        {
            _workspace.Tell(new OperationEvent.Warning(warning));
        }

        return configured;
    }

    private ComposedManifest Configure()
    {
        var (edit, owners, states) = Lay();
        RecipeFiles.Put(_ground, edit, _subject);
        var database = RpmDatabase.In(_ground, edit);
        var before = database.Find();
        database.Show(before, Epoch);

        // Of an application's OS that was told when it was built.
        var unreadable = before is null ? database.Unreadable(_subject.Name) : null;
        var laid = LaidAccounts.In(edit, NumbersIn(edit));
        var refused = DeclaredAccounts.Make(_ground, edit, _ids, _layer.Packages, Epoch, path => PackageNameOf(edit, path));
        var declared = NumbersIn(edit);
        owners.Put(edit, (_, kind, name) => declared(kind, name), _ => false);
        RunTransaction(edit, owners, (database, declared));
        var installed = database.Rewrite(_layer.Packages, before, states, Epoch);
        var unknown = GiveToOwners(edit, owners, laid, installed);
        _warnings = [.. unreadable is null ? (string[])[] : [unreadable], .. refused, .. unknown];
        RecipeFiles.Put(_ground, edit, _subject);
        var hooks = _subject.Settings.SelectMany(settings => settings.AfterConfigure).Select(command => DpkgSteps.Hook(command, _subject.Epoch)).ToImmutableArray();
        if (!hooks.IsEmpty)
        {
            _ground.Run(edit, _ids, hooks, []);
        }

        return edit.Finish(_packages);
    }

    private (TreeEdit Tree, RpmOwners Owners, LaidStates States) Lay()
    {
        if (_subject.Os is not { } os || _osTree is not { } osTree)
        {
            var composed = _layer.Tree;
            var alone = new TreeEdit(composed);
            return (
                alone,
                new RpmOwners([.. composed.Owners.Select(owned => (owned.Key, owned.Value, composed.Manifest.Find(owned.Key)!.Mode))]),
                new LaidStates(alone, new LaidColors(alone, place => _layer.Packages[place].Files), _below, new HashSet<int>()));
        }

        var edit = new TreeEdit(new ComposedManifest(osTree, _below));
        var colors = new LaidColors(edit, place => place < _below.Packages.Length ? FilesOf(os, _below.Packages[place]) : _layer.Packages[place - _below.Packages.Length].Files);
        var laid = new LaidRpms(_layer, edit, _below, colors);
        var owners = new RpmOwners([.. laid.Lay(Epoch)]);
        return (edit, owners, new LaidStates(edit, colors, _below, laid.Outdone));
    }

    private RpmFileTable FilesOf(TemplateVersionRecord os, ProvenancePackage package)
    {
        var row = _workspace.Store.Versions.ReadLock(os.Reference).Packages.First(row => row.Name == package.Name && row.Version == package.Version && row.Architecture == package.Architecture);
        var header = StoredControl.Header(_workspace.Store, CompositionSolving.ContentsOf(_workspace.Store, row), row.ToString());
        return RpmFileTable.Of(header, new RpmReadOptions { FileName = Path.GetFileName(row.Path) });
    }

    /// <summary>
    /// Files are shown with the numbers that tools pick: those that a package's %pre will only make have them from the run before, as the
    /// later scripts of a real installation would see them.
    /// </summary>
    private void RunTransaction(TreeEdit edit, RpmOwners owners, (RpmDatabase Database, Func<string, string, uint?> Laid) before)
    {
        if (_layer.Packages.IsEmpty)
        {
            return;
        }

        // Kernels stand side by side under one name; who of them did what is not told.
        var names = _layer.Packages.CountBy(package => package.Name).ToDictionary(StringComparer.Ordinal);
        var packages = _layer.Packages
            .Select(package => new TransactionPackage(names[package.Name] == 1 ? package.Name : package.Headers.Nevra, RpmPackageHead.Of(package.Headers.Signature, package.Headers.Main)))
            .ToImmutableArray();
        var transaction = RpmTransaction.Prepare(_writer.MakePassingFolder(), ChosenLibrpm.For(_workspace, _writer, _ground, edit), RpmMacros.For(before.Database.Folder), packages);
        uint? Shown(string kind, string name) => _seen.FirstOrDefault(row => row.Kind == kind && row.Name == name)?.Number ?? before.Laid(kind, name);
        var unknown = owners.Names.Where(owner => Shown(owner.Kind, owner.Name) is null).ToList();
        _ground.Run(edit, _ids, [transaction.Step(RpmMacros.Variables(_subject.Epoch))], [], new ShownMeanwhile([transaction.Bind], seen => owners.Put(seen, (_, kind, name) => Shown(kind, name), _ => false)));
        var after = NumbersIn(edit);
        _hasMetOwners = unknown.Any(owner => after(owner.Kind, owner.Name) is not null);
    }

    /// <summary>
    /// Gives each file that no script has changed to whom rpm would have given it: an owner who was there when its package was unpacked, or else root;
    /// and what several packages have the times and groups that their order makes.
    /// </summary>
    /// <param name="installed">The packages in their order, as places in the layer.</param>
    /// <returns>Warnings of owners that nobody makes in time.</returns>
    private List<string> GiveToOwners(TreeEdit tree, RpmOwners owners, LaidAccounts laid, ImmutableArray<int> installed)
    {
        var shared = new SharedPaths(tree, [.. installed.Select(place => _layer.Packages[place])]);
        shared.PutTimes();
        var order = installed.Select(place => place + (_subject.Os is null ? 0 : _below.Packages.Length)).ToList();
        var made = NumbersIn(tree);
        var unknown = owners.Put(tree, (path, kind, name) => laid.IsThereFor(kind, name, Laying(path), order) ? made(kind, name) : null, tree.IsScripts);
        shared.InheritGroups(_osTree);
        return [.. UnknownOwners(tree, unknown, made)];

        int Laying(TreePath path) => shared.LaidBy(path) is { } place ? order[place] : tree.PackageOf(path);
    }

    private IEnumerable<string> UnknownOwners(TreeEdit tree, IReadOnlyList<UnknownOwner> unknown, Func<string, string, uint?> made) =>
        unknown.GroupBy(owner => owner.Name).OrderBy(owners => owners.Key, StringComparer.Ordinal).Select(owners =>
        {
            var (kinds, paths) = (string.Join(" and ", owners.Select(owner => owner.Kind).Distinct().OrderDescending(StringComparer.Ordinal)), owners.Select(owner => owner.Path).Distinct().Order().ToList());
            var others = paths.Count > 1 ? $" and {paths.Count - 1} more" : "";
            var why = owners.Any(owner => made(owner.Kind, owner.Name) is not null) ? "comes later than what it owns" : "is made by no package";
            var of = PackageNameOf(tree, paths[0]) is { } package ? $" of `{package}`" : "";
            return $"the {kinds} `{owners.Key}` {why}: `{paths[0]}`{of}{others} became root's, without set-id bits, as with rpm";
        });

    private string? PackageNameOf(TreeEdit tree, TreePath path) => tree.PackageOf(path) is >= 0 and var package ? _packages.Packages[package].Name : null;

    private Func<string, string, uint?> NumbersIn(TreeEdit tree)
    {
        var (users, groups) = (new AccountTable(_ground.TextOf(tree, AccountTable.Passwd)), new AccountTable(_ground.TextOf(tree, AccountTable.Group)));
        return (kind, name) => kind == LockedId.User ? users.Find(name) : groups.Find(name);
    }
}
