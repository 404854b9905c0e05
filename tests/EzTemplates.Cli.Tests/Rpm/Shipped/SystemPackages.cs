namespace EzTemplates.Cli.Tests.Rpm.Shipped;

/// <summary>What is alike in the systems of all RPM distributions.</summary>
internal static class SystemPackages
{
    /// <summary>The links of a merged /usr; a package that unpacks before <c>filesystem</c> finds them only if its %pretrans has made them.</summary>
    /// <param name="sbin">The entry of /usr/sbin.</param>
    /// <param name="makeSbin">Makes it, in Lua.</param>
    public static string Filesystem(string version, string sbin = "%dir /usr/sbin", string makeSbin = "posix.mkdir(\"/usr/sbin\")") => Package(
        "filesystem",
        version,
        $"""
        /bin
        /sbin
        /lib
        /lib64
        {sbin}
        %dir /dev
        %dir /etc
        %attr(0555,root,root) %dir /proc
        %dir /run
        %attr(0555,root,root) %dir /sys
        %dir /usr
        %dir /usr/bin
        %dir /usr/lib
        %dir /usr/lib/sysimage
        %dir /usr/lib64
        %dir /usr/share
        %dir /var
        %dir /var/lib
        %dir /var/log
        %ghost /var/run
        %attr(1777,root,root) %dir /tmp
        %attr(0550,root,root) %dir /root
        """,
        "Requires(pre): setup",
        $$"""
        %pretrans -n filesystem -p <lua>
        for _, folder in ipairs({"/usr", "/usr/bin", "/usr/lib", "/usr/lib64", "/run", "/var"}) do
          posix.mkdir(folder)
        end
        {{makeSbin}}
        for name, target in pairs({["/bin"] = "usr/bin", ["/sbin"] = "usr/sbin", ["/lib"] = "usr/lib", ["/lib64"] = "usr/lib64"}) do
          posix.symlink(target, name)
        end
        posix.symlink("../run", "/var/run")
        return 0
        %post -n filesystem -p <lua>
        posix.symlink("../run", "/var/run")
        """);

    /// <summary>Accounts as configuration files that scripts change.</summary>
    public const string AccountFiles = """
        %config(noreplace) %verify(not md5 size mtime) /etc/passwd
        %config(noreplace) %verify(not md5 size mtime) /etc/group
        %attr(0000,root,root) %config(noreplace) %verify(not md5 size mtime) /etc/shadow
        %attr(0000,root,root) %config(noreplace) %verify(not md5 size mtime) /etc/gshadow
        """;

    public const string SetupFiles = """
        %config(noreplace) %verify(not md5 size mtime) /etc/shells
        %config(noreplace) /etc/hosts
        %config(noreplace) /etc/profile
        %ghost %config(noreplace,missingok) %verify(not md5 size mtime) /etc/fstab
        """;

    /// <summary>Its %post knows no shell, as there is none yet; its trigger is of every file that a linker could want.</summary>
    public static string Glibc(string version, string needs) => Package(
        "glibc",
        version,
        """
        /usr/sbin/ldconfig
        %dir /etc/ld.so.conf.d
        %config(noreplace) /etc/ld.so.conf
        %ghost %config(missingok,noreplace) %verify(not md5 size mtime) /etc/ld.so.cache
        """,
        $"Provides: libc.so.6()(64bit)\nRequires(pre): filesystem\n{needs}",
        """
        %post -n glibc -p <lua>
        io.open("/etc/ld.so.cache", "w"):close()
        %transfiletriggerin -n glibc -P 2000000 -- /lib /usr/lib /lib64 /usr/lib64
        /sbin/ldconfig
        """);

    public static string Bash(string version) => Package(
        "bash",
        version,
        "/usr/bin/sh\n/usr/bin/bash\n%config(noreplace) /etc/skel",
        "Provides: /bin/sh\nProvides: /bin/bash\nRequires: libc.so.6()(64bit)",
        """
        %post -n bash -p <lua>
        local known, file = {}, io.open("/etc/shells", "r")
        if file then
          for line in file:lines() do known[line] = true end
          file:close()
        end
        file = io.open("/etc/shells", "a")
        for _, shell in ipairs({"/bin/sh", "/bin/bash"}) do
          if not known[shell] then file:write(shell .. "\n") end
        end
        file:close()
        """);

    public static string Coreutils(string version) => Package(
        "coreutils",
        version,
        $"/usr/bin/busybox\n{string.Join('\n', Tools.Split(' ').Select(tool => "/usr/bin/" + tool))}",
        "Requires: libc.so.6()(64bit)");

    /// <summary>rpm itself, whose package owns the database as ghosts.</summary>
    /// <param name="name">Of the package with the folder.</param>
    public static string RpmTool(string version, string folder, string more = "", string scripts = "") => Package(
        "rpm",
        version,
        $"""
        /usr/bin/rpm
        %dir /usr/lib/rpm
        /usr/lib/rpm/macros
        %dir {folder}
        %ghost %config(missingok,noreplace) %attr(0644,root,root) %verify(not md5 size mtime) {folder}/rpmdb.sqlite
        %ghost %config(missingok,noreplace) %attr(0644,root,root) %verify(not md5 size mtime) {folder}/.rpm.lock
        {more}
        """,
        "Requires: coreutils",
        scripts);

    public static string Systemd(string version) => Package(
        "systemd",
        version,
        """
        /usr/bin/systemctl
        /usr/bin/systemd-machine-id-setup
        %dir /usr/lib/systemd
        /usr/lib/systemd/systemd-update-helper
        %dir /usr/lib/systemd/system
        %dir /usr/lib/sysusers.d
        %dir /etc/systemd
        %dir /etc/systemd/system
        %ghost %attr(0444,root,root) %config(noreplace) /etc/machine-id
        """,
        "Requires: coreutils\nRequires(post): coreutils\nRequires(post): grep",
        """
        %post -n systemd
        systemd-machine-id-setup >/dev/null 2>&1 || :
        %transfiletriggerin -n systemd -P 1000700 -- /usr/lib/systemd/system /etc/systemd/system
        systemctl daemon-reload || :
        """);

    /// <summary>useradd and groupadd, which pick numbers themselves, from 999 down.</summary>
    public static string Shadow(string name, string version) => Package(name, version, "/usr/sbin/useradd\n/usr/sbin/groupadd\n/usr/sbin/nologin", "Requires: coreutils\nRequires: grep");

    /// <summary>Shell commands that lay the files of all these, beside RpmSpec's.</summary>
    public const string Install = $$"""
        mkdir -p etc/skel etc/ld.so.conf.d etc/systemd/system usr/share usr/lib/rpm usr/lib/sysimage usr/lib/sysusers.d usr/lib/systemd/system root var/log
        ln -s ../run var/run
        rm usr/bin/sh && cp "$BUSYBOX" usr/bin/sh
        for t in {{Tools}} grep sed awk find; do test -e usr/bin/$t || ln -s busybox usr/bin/$t; done
        ln -s ../bin/busybox usr/sbin/nologin
        echo 'root:*::0:99999:7:::' >etc/shadow
        echo 'root:::' >etc/gshadow
        echo '/bin/false' >etc/shells
        echo '127.0.0.1 localhost' >etc/hosts
        echo 'umask 022' >etc/profile
        echo 'include ld.so.conf.d/*.conf' >etc/ld.so.conf
        touch etc/fstab etc/machine-id etc/ld.so.cache etc/skel/.profile
        program() { cat >$1 && chmod 755 $1; }
        program usr/bin/bash <<'END'
        #!/usr/bin/sh
        exec /usr/bin/sh "$@"
        END
        program usr/sbin/ldconfig <<'END'
        #!/usr/bin/sh
        echo cache >/etc/ld.so.cache
        END
        program usr/bin/rpm <<'END'
        #!/usr/bin/sh
        echo 'RPM version 4'
        END
        program usr/bin/systemd-machine-id-setup <<'END'
        #!/usr/bin/sh
        test -s /etc/machine-id || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
        END
        program usr/bin/systemctl <<'END'
        #!/usr/bin/sh
        test "$1" = preset || exit 0
        mkdir -p /etc/systemd/system/multi-user.target.wants
        ln -s /usr/lib/systemd/system/$2 /etc/systemd/system/multi-user.target.wants/$2
        END
        program usr/lib/systemd/systemd-update-helper <<'END'
        #!/usr/bin/sh
        command=$1 && shift
        for unit; do test $command != install-system-units || systemctl preset $unit; done
        END
        program usr/sbin/groupadd <<'END'
        #!/usr/bin/sh
        while getopts r option; do :; done
        shift $((OPTIND - 1))
        number=999
        while cut -d: -f3 /etc/group | grep -qx $number; do number=$((number - 1)); done
        echo "$1:x:$number:" >>/etc/group
        echo "$1:!::" >>/etc/gshadow
        END
        program usr/sbin/useradd <<'END'
        #!/usr/bin/sh
        while getopts rMg:d:s:c: option; do
          case $option in g) group=$OPTARG;; d) home=$OPTARG;; s) shell=$OPTARG;; c) text=$OPTARG;; esac
        done
        shift $((OPTIND - 1))
        number=999
        while cut -d: -f3 /etc/passwd | grep -qx $number; do number=$((number - 1)); done
        grep -q "^${group:=$1}:" /etc/group || groupadd -r $group
        echo "$1:x:$number:$(grep "^$group:" /etc/group | cut -d: -f3):$text:${home:-/}:${shell:-/bin/sh}" >>/etc/passwd
        echo "$1:!!:19000::::::" >>/etc/shadow
        END
        """;

    private const string Tools = "cat chgrp chmod chown cp cut echo false head id ln ls mkdir mv readlink rm rmdir sleep sort stat tail test touch tr true uname wget";

    /// <summary>Names of busybox that their own packages have.</summary>
    public static string Tool(string name, string version, string program) => Package(name, version, "/usr/bin/" + program, "Requires: coreutils");

    /// <summary>A package whose files say nothing.</summary>
    public static string Empty(string name, string version, string head = "") => Package(name, version, "", head);

    /// <summary>The section of a package in a spec.</summary>
    /// <param name="head">Further tags, each a line.</param>
    /// <param name="scripts">Scriptlets and triggers, which name the package.</param>
    public static string Package(string name, string version, string files, string head = "", string scripts = "") => $"""
        %package -n {name}
        Summary: {name}
        Version: {version.Split('-')[0]}
        Release: {(version.Contains('-', StringComparison.Ordinal) ? version.Split('-')[1] : "1")}
        AutoReqProv: no
        {head}
        %description -n {name}
        {name}
        {scripts}
        %files -n {name}
        {files}

        """;
}
