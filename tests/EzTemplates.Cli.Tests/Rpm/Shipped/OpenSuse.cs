using static EzTemplates.Cli.Tests.Rpm.Shipped.SystemPackages;

namespace EzTemplates.Cli.Tests.Rpm.Shipped;

/// <summary>
/// openSUSE Leap: the first accounts are ghosts that a %pre writes, further users are made in %pre from a line of sysusers.d, and its rpm
/// keeps its database in a form of its own.
/// </summary>
internal static class OpenSuse
{
    private const string Database = "/usr/lib/sysimage/rpm";

    public static ShippedDistribution Leap { get; } = new()
    {
        Os = "opensuse-leap-16.0",
        OsPackages = ["Leap-release", "bash", "coreutils", "filesystem", "glibc", "libzypp", "rpm", "setup", "system-user-root", "zypper"],
        AppPackages = ["grep", "nginx", "shadow", "systemd", "sysuser-shadow"],
        Database = Database,
        Checksum = "sha512",
        Sources = "etc/zypp/repos.d/ez.repo",
        Nginx = ("1.27.2", "1.27.4"),
        System = string.Concat(
            Package(
                "system-user-root",
                "20190513-3.1",
                """
                %ghost %config(noreplace) %verify(not md5 size mtime) /etc/passwd
                %ghost %config(noreplace) %verify(not md5 size mtime) /etc/group
                %ghost %attr(0640,root,shadow) %config(noreplace) %verify(not md5 size mtime) /etc/shadow
                """,
                "BuildArch: noarch\nProvides: user(root)\nProvides: group(root)\nProvides: group(shadow)",
                """
                %pre -n system-user-root -p <lua>
                local function write(path, mode, text)
                  if not posix.stat(path) then
                    local file = io.open(path, "w")
                    file:write(text)
                    file:close()
                    posix.chmod(path, mode)
                  end
                end
                posix.mkdir("/etc")
                write("/etc/passwd", "rw-r--r--", "root:x:0:0:root:/root:/bin/bash\n")
                write("/etc/shadow", "rw-r-----", "root:*:19000::::::\n")
                write("/etc/group", "rw-r--r--", "root:x:0:\nshadow:x:15:\n")
                posix.chown("/etc/shadow", 0, 15)
                """),
            Package("setup", "84.87-160000.2.2", SetupFiles, "BuildArch: noarch\nRequires(pre): system-user-root"),
            Filesystem("84.87-160000.2.2"),
            Glibc("2.40-160000.2.2", "Suggests: glibc-locale-base"),
            Empty("glibc-locale-base", "2.40-160000.2.2", "Requires: glibc"),
            Bash("5.2.37-160000.2.2"),
            Coreutils("9.6-160000.2.2"),
            Tool("grep", "3.11-160000.2.2", "grep"),
            Package("Leap-release", "16.0-160000.1.1", "/usr/lib/os-release\n/etc/os-release", "Provides: distribution-release\nProvides: openSUSE-release = 16.0\nProvides: product(Leap) = 16.0"),
            RpmTool("4.20.1-160000.2.2", Database, $"%ghost %attr(0644,root,root) {Database}/Packages.db\n%ghost %attr(0644,root,root) {Database}/Index.db", $$"""
                %post -n rpm
                test -f {{Database}}/Packages.db || for file in Packages.db Index.db; do echo empty >{{Database}}/$file; done
                """),
            Package("libzypp", "17.37-160000.1.1", "%dir /etc/zypp\n%dir /etc/zypp/repos.d\n%config(noreplace) /etc/zypp/zypp.conf", "Requires: rpm"),
            Package("zypper", "1.14.92-160000.1.1", "/usr/bin/zypper", "Requires: libzypp\nRequires: /usr/bin/bash"),
            Shadow("shadow", "4.17.2-160000.2.2"),
            Package("sysuser-shadow", "3.2-160000.2.2", "/usr/sbin/sysusers2shadow", "BuildArch: noarch\nRequires: shadow"),
            Systemd("257.7-160000.2.2")),
        Install = Install + "\n" + $$"""
            mkdir -p etc/zypp/repos.d .{{Database}}
            printf 'ID="opensuse-leap"\nVERSION_ID="16.0"\n' >usr/lib/os-release
            ln -s ../usr/lib/os-release etc/os-release
            echo '[main]' >etc/zypp/zypp.conf
            printf '%%%%_dbpath %%%%{_usr}/lib/sysimage/rpm\n%%%%_db_backend ndb\n' >usr/lib/rpm/macros
            touch .{{Database}}/rpmdb.sqlite .{{Database}}/.rpm.lock .{{Database}}/Packages.db .{{Database}}/Index.db
            program usr/bin/zypper <<'END'
            #!/usr/bin/sh
            echo zypper
            END
            program usr/sbin/sysusers2shadow <<'END'
            #!/usr/bin/sh
            while read -r kind name number text; do
              test "$kind" = u && ! grep -q "^$name:" /etc/passwd || continue
              eval "set -- $text"
              useradd -r -c "$1" -d "${2:-/}" -s /usr/sbin/nologin "$name"
            done
            END
            """,
        WebServer = version => Package(
            "nginx",
            version + "-160000.1.1",
            $"{WebServerFiles.Folders}\n{WebServerFiles.Files}\n/usr/lib/sysusers.d/nginx.conf\n/usr/share/nginx/html/index.html",
            "Provides: user(nginx)\nProvides: group(nginx)\nRequires: coreutils\nRequires(pre): sysuser-shadow\nRequires(pre): systemd\nRequires(post): systemd",
            """
            %pre -n nginx
            [ -x /usr/sbin/sysusers2shadow ] && /usr/sbin/sysusers2shadow nginx <<"EOF" || [ -f /etc/passwd ]
            u nginx - "Nginx web server" /var/lib/nginx
            EOF
            if [ -x /usr/bin/systemctl ] && [ "$1" -gt 1 ]; then
                for service in nginx.service; do
                    [ -e /usr/lib/systemd/system/$service ] || touch /run/rpm-nginx-new-in-upgrade-$service
                done
            fi
            %post -n nginx
            test -n "$FIRST_ARG" || FIRST_ARG="$1"
            if [ -x /usr/bin/systemctl ] && [ "$FIRST_ARG" -eq 1 ]; then
                [ -d /var/lib/systemd/migrated ] || mkdir -p /var/lib/systemd/migrated || :
                /usr/bin/systemctl preset nginx.service || :
            fi
            """),
    };
}
